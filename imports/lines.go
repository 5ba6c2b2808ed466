package imports

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

const (
	longestLine = 1 << 20 // bytes: a body of the API may have as many
	tooLong     = "must be at most 1 MiB"
)

// lines reads a stream line by line. Blank ones, a byte order mark at the beginning and the two ways in which lines end make no
// difference.
type lines struct {
	from   *bufio.Reader
	number int   // of the line that was read last
	bytes  int64 // read so far
}

func newLines(r io.Reader) *lines { return &lines{from: bufio.NewReaderSize(r, 1<<16)} }

// next gives the next line that is not blank, as a text of its own, and why it has none; io.EOF after the last.
func (l *lines) next() (text []byte, wrong string, err error) {
	for {
		text, wrong, err = l.read()
		if err != nil || wrong != "" || len(bytes.TrimSpace(text)) > 0 {
			return text, wrong, err
		}
	}
}

func (l *lines) read() (text []byte, wrong string, err error) {
	for {
		part, err := l.from.ReadSlice('\n')
		l.bytes += int64(len(part))
		if len(text)+len(part) > longestLine+len("\r\n") {
			wrong, text = tooLong, nil
		} else if wrong == "" {
			text = append(text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(text) == 0 && wrong == "":
			return nil, "", io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, "", fmt.Errorf("read line %d: %w", l.number+1, err)
		}
		if l.number++; l.number == 1 {
			text = bytes.TrimPrefix(text, []byte("\uFEFF"))
		}
		if text = bytes.TrimRight(text, "\r\n"); len(text) > longestLine {
			wrong, text = tooLong, nil
		}
		return text, wrong, nil
	}
}
