package yamlfile

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"
)

// Content is what a file of tenants says.
type Content interface {
	// Size is how many tenants it describes: the log of an edit tells it, so that half a file is noticed.
	Size() int
}

// File follows one file. What it says, once it has been read, never changes. Edits count within seconds; a broken one leaves the last good one in use. It is safe for concurrent
// use.
type File[T any] struct {
	what    string
	path    string
	parse   func(name string, data []byte) (T, error)
	log     *zap.Logger
	current atomic.Pointer[T]
	problem atomic.Pointer[error]
	stop    context.CancelFunc
	done    sync.WaitGroup
}

// Open reads a file and follows its edits until ctx ends or Close is called. What is how logs and errors call the file. A file
// that is broken at this moment is refused, with file, line and key.
func Open[T any](ctx context.Context, what, path string, parse func(name string, data []byte) (T, error), log *zap.Logger) (*File[T], error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find %s %s: %w", what, path, err)
	}
	f := &File[T]{what: what, path: path, parse: parse, log: log.With(zap.String("file", path))}
	w := newWatch(path)
	data, err := w.read()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	content, err := parse(path, data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	f.current.Store(&content)
	ctx, f.stop = context.WithCancel(ctx)
	w.subscribe(f.log)
	f.done.Go(func() { w.run(ctx, f.reload, f.failed) })
	return f, nil
}

// Current is what the last good version of the file says.
func (f *File[T]) Current() T { return *f.current.Load() }

// Problem is what is wrong with the file as it lies there now: nil where that is what Current gives.
func (f *File[T]) Problem() error {
	if p := f.problem.Load(); p != nil {
		return *p
	}
	return nil
}

// Close stops following edits and waits until that has ended. Current stays as it is.
func (f *File[T]) Close() {
	f.stop()
	f.done.Wait()
}

// reload takes up the file's new text, or says why not.
func (f *File[T]) reload(data []byte) {
	content, err := f.parse(f.path, data)
	if err != nil {
		f.failed(err)
		return
	}
	f.current.Store(&content)
	f.problem.Store(nil)
	var size []zap.Field
	if c, ok := any(content).(Content); ok {
		size = append(size, zap.Int("tenants", c.Size()))
	}
	f.log.Info(f.what+" read again", size...)
}

func (f *File[T]) failed(err error) {
	err = fmt.Errorf("read %s again: %w", f.what, err)
	f.problem.Store(&err)
	f.log.Error(f.what+" is broken and the last good one stays in use", zap.Error(err))
}
