// A stand-in for the chat program cli-chat, on the library that it was built on, written from the description of what it
// says and does: its commands as far as chat.txt needs them, what it puts into gossip, its lines over TCP, its client of
// the bootstrap service. Its faults are there too: who is not in the chat announces an empty record, a message stops at
// the first member that cannot be reached, and without the service the death of a member is its own. "heard" is ours: it
// shows what was gossiped to it.
package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

// chatRecord is what the program tells of a member of the chat. Zero values are left out, so that a JOIN has no type.
type chatRecord struct {
	MsgType   int32          `json:"msgType,omitempty"`
	Name      string         `json:"name,omitempty"`
	Sender    string         `json:"sender,omitempty"`
	Timestamp *chatTimestamp `json:"timestamp,omitempty"`
}

type chatTimestamp struct {
	Seconds int64 `json:"seconds,omitempty"`
	Nanos   int32 `json:"nanos,omitempty"`
}

const (
	chatJoin = iota
	chatLeave
	chatPing
)

// chatProgram is one run of it.
type chatProgram struct {
	name      string
	bootstrap *bootstrapClient
	config    *memberlist.Config
	list      *memberlist.Memberlist
	queue     *memberlist.TransmitLimitedQueue

	mutex   sync.Mutex
	self    chatRecord
	members map[string]chatRecord
	heard   []string
}

// cliChat runs the program until its input ends or it is told to quit.
func cliChat(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "missing or wrong parameter: <name>")
		return 1
	}
	program := &chatProgram{name: args[0], members: map[string]chatRecord{}}
	lines := bufio.NewScanner(os.Stdin)
	for program.prompt(); lines.Scan(); program.prompt() {
		if !program.run(lines.Text()) {
			break
		}
	}
	return 0
}

func (c *chatProgram) promptText() string {
	return fmt.Sprintf("<%s %s> ", time.Now().Format("Jan 2 15:04:05.000"), c.name)
}

func (c *chatProgram) prompt() { fmt.Print(c.promptText()) }

// run does what a line says; false ends the program.
func (c *chatProgram) run(line string) bool {
	words := strings.Fields(line)
	if len(words) == 0 {
		return true
	}
	arguments := words[1:]
	switch words[0] {
	case "memberlistconfigure":
		c.configure()
	case "memberlistcreate":
		c.create()
	case "bootstrapjoin":
		c.bootstrapJoin()
	case "memberliststart":
		c.queue = &memberlist.TransmitLimitedQueue{NumNodes: c.list.NumMembers, RetransmitMult: 3}
		fmt.Printf("Local member %s\n", c.list.LocalNode().Address())
	case "memberlistjoin":
		c.join(arguments)
	case "memberlist":
		for i, node := range c.list.Members() {
			fmt.Printf("%d:\tName: %s\n\tAddress: %s\n", i, node.Name, node.Address())
		}
	case "chatjoin":
		go c.chatJoin()
	case "chatmemberlist":
		c.mutex.Lock()
		text, _ := json.MarshalIndent(c.members, "", "    ")
		c.mutex.Unlock()
		fmt.Printf("%s\n", text)
	case "msg":
		c.msg(strings.Join(arguments, " "))
	case "echo":
		fmt.Println(strings.Join(arguments, " "))
	case "sleep":
		seconds := 1
		if len(arguments) > 0 {
			seconds, _ = strconv.Atoi(arguments[0])
		}
		time.Sleep(time.Duration(seconds) * time.Second)
	case "execute":
		c.execute(arguments)
	case "heard":
		c.mutex.Lock()
		fmt.Printf("heard: %q\n", c.heard)
		c.mutex.Unlock()
	case "quit":
		return false
	default:
		fmt.Println("USAGE")
	}
	return true
}

func (c *chatProgram) execute(arguments []string) {
	if len(arguments) == 0 {
		fmt.Println("error: no filename to execute specified")
		return
	}
	text, err := os.ReadFile(arguments[0])
	if err != nil {
		fmt.Printf("ioutil.ReadFile: %v\n", err)
		return
	}
	for _, line := range strings.Split(string(text), "\n") {
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		fmt.Printf("<%s %q> %s\n", time.Now().Format("Jan 2 15:04:05.000"), arguments[0], line)
		c.run(line)
	}
}

func (c *chatProgram) configure() {
	host, _ := os.Hostname()
	config := memberlist.DefaultLocalConfig()
	config.Name = fmt.Sprintf("%s-%s-%s", host, c.name, newUUID())
	config.BindAddr = "127.0.0.1"
	config.BindPort = 0
	config.AdvertisePort = 0
	config.LogOutput = os.Stderr
	config.Delegate = c
	config.Events = c
	c.config = config
}

func (c *chatProgram) create() {
	list, err := memberlist.Create(c.config)
	if err != nil {
		panic(err)
	}
	c.list = list
	fmt.Printf("local node name: %s\n", list.LocalNode().Name)
}

func (c *chatProgram) bootstrapJoin() {
	if c.bootstrap == nil {
		node := c.list.LocalNode()
		client, err := newBootstrapClient(node.Name, node.Addr.String(), strconv.Itoa(int(node.Port)))
		if err != nil {
			fmt.Printf("bootstrap peer API creation failed: %v\n", err)
			return
		}
		c.bootstrap = client
	}
	if err := c.bootstrap.join(); err != nil {
		fmt.Printf("failed to join bootstrap-peers: %v\n", err)
	}
}

// join without addresses takes all bootstrap peers, itself too. That one other peer is nothing to join is its mistake.
func (c *chatProgram) join(addresses []string) {
	if len(addresses) == 0 {
		for _, peer := range c.bootstrap.data.Peers {
			if len(c.bootstrap.data.Peers) == 1 && peer.ID != c.bootstrap.id {
				continue
			}
			addresses = append(addresses, net.JoinHostPort(peer.IP, peer.Port))
		}
	}
	if len(addresses) == 0 {
		fmt.Println("Nothing to join")
		return
	}
	reached, err := c.list.Join(addresses)
	if err != nil {
		fmt.Printf("join memberlist failed: %v\n", err)
	}
	names := []string{}
	for _, node := range c.list.Members() {
		names = append(names, node.Name)
	}
	fmt.Printf("%d host(s) successfully contacted\nKnown nodes: %v\n", reached, names)
}

func (c *chatProgram) chatJoin() {
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		panic(err)
	}
	now := time.Now()
	c.mutex.Lock()
	c.self = chatRecord{
		Name:      c.config.Name,
		Sender:    listener.Addr().String(),
		Timestamp: &chatTimestamp{Seconds: now.Unix(), Nanos: int32(now.Nanosecond())},
	}
	c.announce()
	c.mutex.Unlock()
	fmt.Printf("listener.Addr(): %s\nchatSelf.MsgType: JOIN\n", listener.Addr())
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go c.receive(connection)
	}
}

// receive shows one line. A connection without any is held for ever.
func (c *chatProgram) receive(connection net.Conn) {
	defer connection.Close()
	line, err := bufio.NewReader(connection).ReadString('\n')
	if err == nil {
		fmt.Printf("\n%s%s", line, c.promptText())
	}
}

// msg tells one member after the other, in whatever order, and nobody else after the first that cannot be reached.
func (c *chatProgram) msg(text string) {
	c.mutex.Lock()
	senders := []string{}
	for name, member := range c.members {
		if name != c.self.Name {
			senders = append(senders, member.Sender)
		}
	}
	c.mutex.Unlock()
	for _, sender := range senders {
		connection, err := net.Dial("tcp", sender)
		if err != nil {
			fmt.Printf("could not dial to %s: %v\n", sender, err)
			return
		}
		fmt.Fprintf(connection, "%s%s\n", c.promptText(), text)
		connection.Close()
	}
}

// announce is called with the mutex held. Who is not in the chat announces an empty record.
func (c *chatProgram) announce() {
	c.members[c.self.Name] = c.self
	c.gossip(c.self)
}

func (c *chatProgram) gossip(record chatRecord) {
	text, _ := json.Marshal(record)
	c.queue.QueueBroadcast(broadcast(text))
}

func (c *chatProgram) NodeMeta(limit int) []byte { return nil }

// NotifyMsg takes no notice of who is known already, nor of the age of who leaves.
func (c *chatProgram) NotifyMsg(payload []byte) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.heard = append(c.heard, string(payload))
	var record chatRecord
	if json.Unmarshal(payload, &record) != nil {
		return
	}
	switch record.MsgType {
	case chatJoin:
		if _, known := c.members[record.Name]; known || c.queue == nil {
			return
		}
		c.announce()
		c.members[record.Name] = record
	case chatLeave:
		delete(c.members, record.Name)
	case chatPing:
		if record.Name == c.self.Name {
			c.gossip(record)
		}
	}
}

func (c *chatProgram) GetBroadcasts(overhead, limit int) [][]byte {
	if c.queue == nil {
		return nil
	}
	return c.queue.GetBroadcasts(overhead, limit)
}

func (c *chatProgram) LocalState(join bool) []byte {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	text, _ := json.Marshal(c.members)
	return text
}

// MergeRemoteState counts at a join only.
func (c *chatProgram) MergeRemoteState(state []byte, join bool) {
	var members map[string]chatRecord
	if !join || json.Unmarshal(state, &members) != nil {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for name, member := range members {
		c.members[name] = member
	}
}

func (c *chatProgram) NotifyJoin(node *memberlist.Node) { fmt.Printf("NotifyJoin: %s\n", node.Name) }

func (c *chatProgram) NotifyUpdate(node *memberlist.Node) {
	fmt.Printf("NotifyUpdate: %s\n", node.Name)
}

func (c *chatProgram) NotifyLeave(node *memberlist.Node) {
	name, address := node.Name, node.Address()
	go c.left(name, address) // the library holds a lock meanwhile
}

// left looks whether the program is there after all; if not, it mends its own list and the service's.
func (c *chatProgram) left(name, address string) {
	fmt.Printf("NotifyLeave: %s %s\nPing chat member %q to decide removal from chat\n", name, address, name)
	c.mutex.Lock()
	member, known := c.members[name]
	isSelf := name == c.self.Name
	c.mutex.Unlock()
	if !known || isSelf {
		fmt.Printf("could not check if reachable: %q is not a valid chat member to ping\n", name)
		return
	}
	if connection, err := net.Dial("tcp", member.Sender); err == nil {
		connection.Close()
		return
	}
	c.mutex.Lock()
	delete(c.members, name)
	c.mutex.Unlock()
	fmt.Printf("%q not reachable and deleted\n", name)
	if err := c.bootstrap.call("list", ""); err != nil {
		panic(err) // so it ends
	}
	for _, peer := range c.bootstrap.data.Peers {
		if peer.Name == name {
			_ = c.bootstrap.call("leave", peer.ID)
			_ = c.bootstrap.call("refill", c.bootstrap.words(""))
		}
	}
}

// bootstrapClient is its client of the bootstrap service.
type bootstrapClient struct {
	service, id, name, ip, port, timestamp string
	data                                   bootstrapData
}

type bootstrapData struct {
	Peers map[string]struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		IP   string `json:"ip"`
		Port string `json:"port"`
	}
}

func newBootstrapClient(name, ip, port string) (*bootstrapClient, error) {
	service := os.Getenv("BOOTSTRAP_DATA_SERVER")
	if service == "" {
		return nil, fmt.Errorf("BOOTSTRAP_DATA_SERVER environment variable unset or missing")
	}
	client := &bootstrapClient{
		service: service, id: newUUID(), name: name, ip: ip, port: port,
		timestamp: strconv.FormatInt(time.Now().Unix(), 10),
	}
	answer, err := http.Post(service+"/ping", contentType, nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	fmt.Printf("Received reply from Ping: %s\n", answer.Status)
	return client, nil
}

const contentType = "application/x-www-form-urlencoded"

// words are what a join and a refill say; with an empty status two blanks stand side by side.
func (b *bootstrapClient) words(status string) string {
	return strings.Join([]string{b.id, b.name, b.ip, b.port, "tcp", status, b.timestamp}, " ")
}

func (b *bootstrapClient) join() error {
	if err := b.call("join", b.words("0")); err != nil {
		return err
	}
	fmt.Println("Received reply from Join: 200 OK")
	return nil
}

// call keeps the service's answer, which is all its data.
func (b *bootstrapClient) call(path, body string) error {
	answer, err := http.Post(b.service+"/"+path, contentType, strings.NewReader(body))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	b.data = bootstrapData{}
	return json.Unmarshal(text, &b.data)
}

func newUUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
