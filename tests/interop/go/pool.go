package main

import (
	"bytes"
	"io"
	"net"
	"time"

	"github.com/hashicorp/memberlist"
)

// What the package gossip puts in front of a pool's packets and streams, before the byte of the pool.
const poolMagic = 0xfe

// How long whoever connects may take to say for which pool.
const markTimeout = 5 * time.Second

// poolTransport is a transport whose other end has several pools on one port: two bytes go in front of each packet, and
// once of each stream by whoever opens it. What comes without them is none of ours.
type poolTransport struct {
	inner   memberlist.Transport
	mark    []byte
	packets chan *memberlist.Packet
	streams chan net.Conn
}

// joinPool puts the bytes of a pool around the transport of config, which it opens if there is none.
func joinPool(config *memberlist.Config, pool byte) error {
	inner := config.Transport
	if inner == nil {
		opened, err := openTransport(config)
		if err != nil {
			return err
		}
		inner = opened
	}
	t := &poolTransport{
		inner:   inner,
		mark:    []byte{poolMagic, pool},
		packets: make(chan *memberlist.Packet),
		streams: make(chan net.Conn),
	}
	config.Transport = t
	go t.sortPackets()
	go t.sortStreams()
	return nil
}

func (t *poolTransport) sortPackets() {
	for packet := range t.inner.PacketCh() {
		if bytes.HasPrefix(packet.Buf, t.mark) {
			packet.Buf = packet.Buf[len(t.mark):]
			t.packets <- packet
		}
	}
}

func (t *poolTransport) sortStreams() {
	for stream := range t.inner.StreamCh() {
		go t.sortStream(stream)
	}
}

func (t *poolTransport) sortStream(stream net.Conn) {
	_ = stream.SetReadDeadline(time.Now().Add(markTimeout))
	mark := make([]byte, len(t.mark))
	if _, err := io.ReadFull(stream, mark); err != nil || !bytes.Equal(mark, t.mark) {
		_ = stream.Close()
		return
	}
	_ = stream.SetReadDeadline(time.Time{})
	t.streams <- stream
}

func (t *poolTransport) FinalAdvertiseAddr(ip string, port int) (net.IP, int, error) {
	return t.inner.FinalAdvertiseAddr(ip, port)
}

func (t *poolTransport) WriteTo(packet []byte, to string) (time.Time, error) {
	return t.inner.WriteTo(append(append([]byte{}, t.mark...), packet...), to)
}

func (t *poolTransport) DialTimeout(to string, timeout time.Duration) (net.Conn, error) {
	stream, err := t.inner.DialTimeout(to, timeout)
	if err != nil {
		return nil, err
	}
	if _, err := stream.Write(t.mark); err != nil {
		_ = stream.Close()
		return nil, err
	}
	return stream, nil
}

func (t *poolTransport) PacketCh() <-chan *memberlist.Packet { return t.packets }

func (t *poolTransport) StreamCh() <-chan net.Conn { return t.streams }

func (t *poolTransport) Shutdown() error { return t.inner.Shutdown() }
