package directory

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"
)

// File is a directory that lies in one YAML file. Edits count within seconds; a broken one leaves the last good one in use.
// It is safe for concurrent use.
type File struct {
	*Directory
	path    string
	log     *zap.Logger
	current atomic.Pointer[index]
	problem atomic.Pointer[error]
	stop    context.CancelFunc
	done    sync.WaitGroup
}

// Open reads a directory file and follows its edits until ctx ends or Close is called. A file that is broken at this moment is
// refused, with file, line and key.
func Open(ctx context.Context, path string, log *zap.Logger) (*File, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find directory %s: %w", path, err)
	}
	f := &File{path: path, log: log.With(zap.String("file", path))}
	f.Directory = Of(living{f})
	w := newWatch(path)
	data, err := w.read()
	if err != nil {
		return nil, fmt.Errorf("read directory: %w", err)
	}
	x, err := parse(path, data)
	if err != nil {
		return nil, fmt.Errorf("read directory: %w", err)
	}
	f.current.Store(x)
	ctx, f.stop = context.WithCancel(ctx)
	w.subscribe(f.log)
	f.done.Go(func() { w.run(ctx, f.reload, f.failed) })
	return f, nil
}

// Problem is what is wrong with the file as it lies there now: nil where that is what answers. While there is a problem, the
// last good one answers.
func (f *File) Problem() error {
	if p := f.problem.Load(); p != nil {
		return *p
	}
	return nil
}

// Ready reports whether questions are answered. A broken edit does not change that: it is a Problem, which deserves an alarm,
// but mail goes on.
func (f *File) Ready(ctx context.Context) error { return ctx.Err() }

// Close stops following edits and waits until that has ended. Questions are answered as before.
func (f *File) Close() {
	f.stop()
	f.done.Wait()
}

// reload takes up the file's new text, or says why not.
func (f *File) reload(data []byte) {
	x, err := parse(f.path, data)
	if err != nil {
		f.failed(err)
		return
	}
	f.current.Store(x)
	f.problem.Store(nil)
	f.log.Info("directory read again", zap.Int("tenants", len(x.names)))
}

func (f *File) failed(err error) {
	err = fmt.Errorf("read directory again: %w", err)
	f.problem.Store(&err)
	f.log.Error("directory is broken and the last good one stays in use", zap.Error(err))
}

// living is the source of a File: each tenant is opened in the directory as it is at that moment.
type living struct{ f *File }

var _ Source = living{}

func (l living) Tenants(ctx context.Context) ([]string, error) {
	return l.f.current.Load().Tenants(ctx)
}

func (l living) Tenant(ctx context.Context, id string) (Tenant, error) {
	return l.f.current.Load().Tenant(ctx, id)
}
