// A member of a memberlist cluster that does what it is told: one command a line on stdin, answers and events one a
// line on stdout, all in JSON. What the library logs goes to stderr. It ends when stdin does, so that nobody who started
// it can leave it behind.
//
// It is built on hashicorp/memberlist as Debian packages it (0.2.2 in bookworm), without modules and without a network:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o go_peer .
//
// As "go_peer cli-chat NAME" it is a stand-in for the chat program cli-chat instead, see cli_chat.go.
//
// Byte strings (meta, payloads, keys) are base64, as encoding/json writes them.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/memberlist"
)

// Longest line on stdin: the largest user message that memberlist carries over a stream is smaller.
const lineBytesMax = 32 << 20

func main() {
	if len(os.Args) > 1 && os.Args[1] == "cli-chat" {
		os.Exit(cliChat(os.Args[2:]))
	}
	peer, err := start(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "go_peer:", err)
		os.Exit(2)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, lineBytesMax)
	for lines.Scan() {
		var command command
		if err := json.Unmarshal(lines.Bytes(), &command); err != nil {
			say(answer{OK: false, Why: err.Error()})
			continue
		}
		// Each on its own: a join that takes its time must not keep the others waiting.
		go func() { say(peer.run(command)) }()
	}
	_ = peer.list.Shutdown()
}

// start makes a member of a cluster of one.
func start(args []string) (*peer, error) {
	flags := flag.NewFlagSet("go_peer", flag.ContinueOnError)
	name := flags.String("name", "", "name of the member")
	bind := flags.String("bind", "127.0.0.1:0", "IP:PORT to listen on; port 0 takes a free one")
	profile := flags.String("profile", "lan", "timing: lan, wan or local")
	versions := flags.String("delegate-versions", "0,0,0", "MIN,MAX,NOW of the application")
	meta := flags.String("meta", "", "meta, as text")
	pool := flags.Int("pool", -1, "pool whose byte is in front of all that is said, 0 to 255; without it nothing is")
	keys := flags.String("keys", "", "keys in base64, the first for sending, with commas between")
	counting := flags.Bool("count-traffic", false, "count the bytes of packets and streams, for the command traffic")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if *name == "" || flags.NArg() > 0 || *pool > 255 {
		return nil, errors.New("-name is needed, a pool is at most 255, and nothing but flags")
	}
	config, err := configure(*name, *bind, *profile, *versions)
	if err != nil {
		return nil, err
	}
	if *keys != "" {
		if config.Keyring, err = keyring(strings.Split(*keys, ",")); err != nil {
			return nil, err
		}
	}
	peer := newPeer([]byte(*meta), config)
	if *counting {
		if peer.traffic, err = countTraffic(config); err != nil {
			return nil, err
		}
	}
	if *pool >= 0 {
		if err = joinPool(config, byte(*pool)); err != nil {
			return nil, err
		}
	}
	if peer.list, err = memberlist.Create(config); err != nil {
		return nil, err
	}
	say(event{Event: "ready", Node: view(peer.list.LocalNode())})
	return peer, nil
}

func configure(name, bind, profile, versions string) (*memberlist.Config, error) {
	profiles := map[string]func() *memberlist.Config{
		"lan":   memberlist.DefaultLANConfig,
		"wan":   memberlist.DefaultWANConfig,
		"local": memberlist.DefaultLocalConfig,
	}
	makeConfig, known := profiles[profile]
	if !known {
		return nil, fmt.Errorf("unknown profile %q", profile)
	}
	host, portText, err := net.SplitHostPort(bind)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, err
	}
	config := makeConfig()
	config.Name = name
	config.BindAddr = host
	config.BindPort = int(port)
	config.AdvertisePort = int(port)
	config.LogOutput = os.Stderr
	_, err = fmt.Sscanf(versions, "%d,%d,%d",
		&config.DelegateProtocolMin, &config.DelegateProtocolMax, &config.DelegateProtocolVersion)
	if err != nil {
		return nil, fmt.Errorf("delegate versions %q: %w", versions, err)
	}
	return config, nil
}

func keyring(texts []string) (*memberlist.Keyring, error) {
	var keys [][]byte
	for _, text := range texts {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("a key: %w", err)
		}
		keys = append(keys, key)
	}
	return memberlist.NewKeyring(keys, keys[0])
}

// command is what stdin says: what to do, and what with. The answer carries its id.
type command struct {
	ID        int      `json:"id"`
	Do        string   `json:"do"`
	Addresses []string `json:"addresses"`
	To        string   `json:"to"`
	Bytes     []byte   `json:"bytes"`
	TimeoutMs int      `json:"timeoutMs"`
}

// answer is what came of a command. Only the fields that the command is about are there.
type answer struct {
	Answer  int        `json:"answer"`
	OK      bool       `json:"ok"`
	Why     string     `json:"why,omitempty"`
	Reached int        `json:"reached,omitempty"`
	Members []nodeView `json:"members,omitempty"`
	Keys    [][]byte   `json:"keys,omitempty"`
	Health  int        `json:"health,omitempty"`
	Traffic *traffic   `json:"traffic,omitempty"`
}

func (p *peer) run(c command) answer {
	result := answer{Answer: c.ID}
	if err := p.do(c, &result); err != nil {
		result.Why = err.Error()
		return result
	}
	result.OK = true
	return result
}

func (p *peer) do(c command, result *answer) (err error) {
	timeout := time.Duration(c.TimeoutMs) * time.Millisecond
	switch c.Do {
	case "join":
		result.Reached, err = p.list.Join(c.Addresses)
	case "members":
		for _, node := range p.list.Members() {
			result.Members = append(result.Members, *view(node))
		}
		result.Health = p.list.GetHealthScore()
	case "leave":
		err = p.list.Leave(timeout)
	case "shutdown":
		err = p.list.Shutdown()
	case "traffic":
		if p.traffic == nil {
			return errors.New("started without -count-traffic")
		}
		counts := p.traffic.now()
		result.Traffic = &counts
	case "update_meta":
		p.change(func() { p.meta = c.Bytes })
		err = p.list.UpdateNode(timeout)
	case "set_state":
		p.change(func() { p.state = c.Bytes })
	case "set_ack_payload":
		p.change(func() { p.ackPayload = c.Bytes })
	case "refuse":
		p.change(func() { p.refuses = c.To })
	case "send_reliable":
		err = p.toMember(c.To, func(to *memberlist.Node) error { return p.list.SendReliable(to, c.Bytes) })
	case "send_best_effort":
		err = p.toMember(c.To, func(to *memberlist.Node) error { return p.list.SendBestEffort(to, c.Bytes) })
	case "broadcast":
		p.broadcasts.QueueBroadcast(broadcast(c.Bytes))
	case "install_key", "use_key", "remove_key", "list_keys":
		err = p.keys(c, result)
	default:
		err = fmt.Errorf("unknown command %q", c.Do)
	}
	return err
}

func (p *peer) toMember(name string, send func(*memberlist.Node) error) error {
	for _, node := range p.list.Members() {
		if node.Name == name {
			return send(node)
		}
	}
	return fmt.Errorf("no member %q", name)
}

func (p *peer) keys(c command, result *answer) error {
	ring := p.keyring
	if ring == nil {
		return errors.New("started without keys")
	}
	switch c.Do {
	case "install_key":
		return ring.AddKey(c.Bytes)
	case "use_key":
		return ring.UseKey(c.Bytes)
	case "remove_key":
		return ring.RemoveKey(c.Bytes)
	}
	result.Keys = ring.GetKeys()
	return nil
}
