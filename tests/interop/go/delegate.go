package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

// peer is the member and everything that memberlist asks its application. All of it is called by the library, some of
// it under the library's locks: it may say something on stdout, and nothing else.
type peer struct {
	list       *memberlist.Memberlist
	keyring    *memberlist.Keyring
	broadcasts *memberlist.TransmitLimitedQueue
	mutex      sync.Mutex
	meta       []byte
	state      []byte
	ackPayload []byte
	refuses    string
	traffic    *countingTransport
}

func newPeer(meta []byte, config *memberlist.Config) *peer {
	p := &peer{meta: meta, keyring: config.Keyring}
	p.broadcasts = &memberlist.TransmitLimitedQueue{
		NumNodes:       func() int { return p.list.NumMembers() },
		RetransmitMult: config.RetransmitMult,
	}
	config.Delegate = p
	config.Events = p
	config.Ping = p
	config.Merge = p
	config.Alive = p
	config.Conflict = p
	return p
}

func (p *peer) change(what func()) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	what()
}

func (p *peer) read(what *[]byte) []byte {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return *what
}

func (p *peer) NodeMeta(limit int) []byte { return p.read(&p.meta) }

// The library reuses the bytes after the call; say has encoded them by then.
func (p *peer) NotifyMsg(bytes []byte) { say(event{Event: "message", Bytes: bytes}) }

func (p *peer) GetBroadcasts(overhead, limit int) [][]byte {
	return p.broadcasts.GetBroadcasts(overhead, limit)
}

func (p *peer) LocalState(join bool) []byte { return p.read(&p.state) }

func (p *peer) MergeRemoteState(bytes []byte, join bool) {
	say(event{Event: "state", Bytes: bytes, Join: join})
}

func (p *peer) NotifyJoin(node *memberlist.Node) { say(event{Event: "join", Node: view(node)}) }

func (p *peer) NotifyLeave(node *memberlist.Node) { say(event{Event: "leave", Node: view(node)}) }

func (p *peer) NotifyUpdate(node *memberlist.Node) { say(event{Event: "update", Node: view(node)}) }

// NotifyMerge is the one place where the library shows what another member's table says of each state.
func (p *peer) NotifyMerge(nodes []*memberlist.Node) error {
	table := make([]nodeView, len(nodes))
	for i, node := range nodes {
		table[i] = *view(node)
		table[i].State = states[node.State]
	}
	say(event{Event: "merge", Table: table})
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, node := range nodes {
		if p.refuses != "" && node.Name == p.refuses {
			return fmt.Errorf("no %s here", p.refuses)
		}
	}
	return nil
}

func (p *peer) NotifyAlive(node *memberlist.Node) error {
	say(event{Event: "alive", Node: view(node)})
	return nil
}

func (p *peer) NotifyConflict(existing, other *memberlist.Node) {
	say(event{Event: "conflict", Node: view(existing), Other: view(other)})
}

func (p *peer) AckPayload() []byte { return p.read(&p.ackPayload) }

func (p *peer) NotifyPingComplete(node *memberlist.Node, roundTrip time.Duration, payload []byte) {
	say(event{Event: "ping", Node: view(node), RoundTripMs: float64(roundTrip) / float64(time.Millisecond), Bytes: payload})
}

var states = map[memberlist.NodeStateType]string{
	memberlist.StateAlive:   "alive",
	memberlist.StateSuspect: "suspect",
	memberlist.StateDead:    "dead",
	memberlist.StateLeft:    "left",
}

// event is something that the library told us. Only the fields that it is about are there.
type event struct {
	Event       string     `json:"event"`
	Node        *nodeView  `json:"node,omitempty"`
	Other       *nodeView  `json:"other,omitempty"`
	Table       []nodeView `json:"table,omitempty"`
	Bytes       []byte     `json:"bytes,omitempty"`
	Join        bool       `json:"join,omitempty"`
	RoundTripMs float64    `json:"roundTripMs,omitempty"`
}

type nodeView struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Meta    []byte `json:"meta,omitempty"`
	State   string `json:"state,omitempty"`
}

func view(node *memberlist.Node) *nodeView {
	return &nodeView{Name: node.Name, Address: node.Address(), Meta: node.Meta}
}

// broadcast is a user message for everybody. None replaces another.
type broadcast []byte

func (b broadcast) Invalidates(memberlist.Broadcast) bool { return false }
func (b broadcast) Message() []byte                       { return b }
func (b broadcast) Finished()                             {}
func (b broadcast) UniqueBroadcast()                      {}

var stdout sync.Mutex

// say writes one line. Without a reader there is nothing left to do.
func say(value interface{}) {
	line, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	stdout.Lock()
	defer stdout.Unlock()
	if _, err := os.Stdout.Write(append(line, '\n')); err != nil {
		os.Exit(1)
	}
}
