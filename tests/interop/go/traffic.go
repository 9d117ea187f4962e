package main

import (
	"log"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"
)

// traffic is what came and went so far: payload, without the headers of UDP, TCP and IP.
type traffic struct {
	PacketBytesSent     int64 `json:"packetBytesSent"`
	PacketBytesReceived int64 `json:"packetBytesReceived"`
	StreamBytesSent     int64 `json:"streamBytesSent"`
	StreamBytesReceived int64 `json:"streamBytesReceived"`
}

// countingTransport is the library's own transport, and a count of what passes.
type countingTransport struct {
	*memberlist.NetTransport
	packets chan *memberlist.Packet
	streams chan net.Conn
	counts  traffic
}

// openTransport opens the transport that the library would.
func openTransport(config *memberlist.Config) (*memberlist.NetTransport, error) {
	opened, err := memberlist.NewNetTransport(&memberlist.NetTransportConfig{
		BindAddrs: []string{config.BindAddr},
		BindPort:  config.BindPort,
		Logger:    log.New(os.Stderr, "", log.LstdFlags),
	})
	if err != nil {
		return nil, err
	}
	config.BindPort = opened.GetAutoBindPort()
	config.AdvertisePort = config.BindPort
	return opened, nil
}

// countTraffic opens a transport with a count around it.
func countTraffic(config *memberlist.Config) (*countingTransport, error) {
	inner, err := openTransport(config)
	if err != nil {
		return nil, err
	}
	t := &countingTransport{
		NetTransport: inner,
		packets:      make(chan *memberlist.Packet),
		streams:      make(chan net.Conn),
	}
	config.Transport = t
	go t.countPackets()
	go t.countStreams()
	return t, nil
}

func (t *countingTransport) now() traffic {
	return traffic{
		PacketBytesSent:     atomic.LoadInt64(&t.counts.PacketBytesSent),
		PacketBytesReceived: atomic.LoadInt64(&t.counts.PacketBytesReceived),
		StreamBytesSent:     atomic.LoadInt64(&t.counts.StreamBytesSent),
		StreamBytesReceived: atomic.LoadInt64(&t.counts.StreamBytesReceived),
	}
}

func (t *countingTransport) countPackets() {
	for packet := range t.NetTransport.PacketCh() {
		atomic.AddInt64(&t.counts.PacketBytesReceived, int64(len(packet.Buf)))
		t.packets <- packet
	}
}

func (t *countingTransport) countStreams() {
	for stream := range t.NetTransport.StreamCh() {
		t.streams <- &countingConn{stream, &t.counts}
	}
}

func (t *countingTransport) PacketCh() <-chan *memberlist.Packet { return t.packets }

func (t *countingTransport) StreamCh() <-chan net.Conn { return t.streams }

func (t *countingTransport) WriteTo(bytes []byte, to string) (time.Time, error) {
	return t.WriteToAddress(bytes, memberlist.Address{Addr: to})
}

func (t *countingTransport) WriteToAddress(bytes []byte, to memberlist.Address) (time.Time, error) {
	atomic.AddInt64(&t.counts.PacketBytesSent, int64(len(bytes)))
	return t.NetTransport.WriteToAddress(bytes, to)
}

func (t *countingTransport) DialTimeout(to string, timeout time.Duration) (net.Conn, error) {
	return t.DialAddressTimeout(memberlist.Address{Addr: to}, timeout)
}

func (t *countingTransport) DialAddressTimeout(to memberlist.Address, timeout time.Duration) (net.Conn, error) {
	stream, err := t.NetTransport.DialAddressTimeout(to, timeout)
	if err != nil {
		return nil, err
	}
	return &countingConn{stream, &t.counts}, nil
}

// countingConn is a stream in either direction.
type countingConn struct {
	net.Conn
	counts *traffic
}

func (c *countingConn) Read(bytes []byte) (int, error) {
	count, err := c.Conn.Read(bytes)
	atomic.AddInt64(&c.counts.StreamBytesReceived, int64(count))
	return count, err
}

func (c *countingConn) Write(bytes []byte) (int, error) {
	count, err := c.Conn.Write(bytes)
	atomic.AddInt64(&c.counts.StreamBytesSent, int64(count))
	return count, err
}
