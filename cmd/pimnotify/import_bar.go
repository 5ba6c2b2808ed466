package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"pimnotify/imports"
)

// bar shows how far an import has come: as a bar that moves where somebody watches, as a line now and then otherwise.
type bar struct {
	to      io.Writer
	watched bool
	size    int64 // bytes in all; 0 where nobody knows
	began   time.Time
	shown   time.Time
	drawn   bool
}

// How often it is shown: often enough to move, and to be read in a log.
const (
	everyMove = 100 * time.Millisecond
	everyLine = 10 * time.Second
)

func newBar(to io.Writer, size int64) *bar {
	b := &bar{to: to, size: size, began: time.Now()}
	b.shown = b.began
	if file, is := to.(*os.File); is {
		info, err := file.Stat()
		b.watched = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return b
}

func (b *bar) show(p imports.Progress) {
	every := everyLine
	if b.watched {
		every = everyMove
	}
	if now := time.Now(); now.Sub(b.shown) >= every {
		b.shown = now
		b.draw(p, now.Sub(b.began))
	}
}

func (b *bar) draw(p imports.Progress, since time.Duration) {
	if !b.watched {
		fmt.Fprintln(b.to, b.text(p, since))
		return
	}
	fmt.Fprintf(b.to, "\r\033[K%s", b.text(p, since))
	b.drawn = true
}

// text is where it stands. Reading and bringing in are half of the way each.
func (b *bar) text(p imports.Progress, since time.Duration) string {
	rate := float64(p.Read) / since.Seconds()
	said := fmt.Sprintf("%d lines read", p.Read)
	read := b.size == 0 || p.Bytes >= b.size
	if p.Done > 0 {
		said, read = fmt.Sprintf("%d of %d lines done", p.Done, p.Read), true
		rate = float64(p.Done) / since.Seconds()
	}
	said = fmt.Sprintf("%s, %.0f/s", said, rate)
	if b.size == 0 && p.Done == 0 {
		return said
	}
	share := 0.5
	switch {
	case !read:
		share = 0.5 * float64(p.Bytes) / float64(b.size)
	case p.Read > 0:
		share = 0.5 + 0.5*float64(p.Done)/float64(p.Read)
	}
	const width = 30
	full := int(share * width)
	return fmt.Sprintf("[%s%s] %3.0f %%  %s", strings.Repeat("#", full), strings.Repeat("·", width-full), 100*share, said)
}

// clear makes room for a line of text.
func (b *bar) clear() {
	if b.drawn {
		fmt.Fprint(b.to, "\r\033[K")
		b.drawn = false
	}
}
