// Command naive tells people the way that first comes to mind: one activity that goes through its list, with the SDK's own retries, a
// heartbeat that says how far it has come, and Temporal's retries of the whole.
//
// It is the negative control of the fault tests. What is done to our worker is done to it too, and it has to lose mails and to send
// some twice there: a test that does not show that would prove nothing of ours.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Telling is one event to so many people.
type Telling struct {
	Event string
	N     int
}

// attempts of the whole: a bound that looks generous until each of them has met a fault.
const attempts = 3

// Tell is the whole process.
func Tell(ctx workflow.Context, in Telling) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute, HeartbeatTimeout: 5 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, MaximumAttempts: attempts},
	})
	return workflow.ExecuteActivity(ctx, "SendAll", in).Get(ctx, nil)
}

// Sender sends.
type Sender struct{ ses *sesv2.Client }

// SendAll goes on where the last heartbeat was, and fails with the first mail that fails.
func (s *Sender) SendAll(ctx context.Context, in Telling) error {
	first := 0
	if activity.HasHeartbeatDetails(ctx) {
		_ = activity.GetHeartbeatDetails(ctx, &first)
	}
	const abreast = 16
	for ; first < in.N; first += abreast {
		failures := make(chan error, abreast)
		for i := first; i < first+abreast; i++ {
			go func() { failures <- s.send(ctx, in, i) }()
		}
		for range abreast {
			if err := <-failures; err != nil {
				return err
			}
		}
		activity.RecordHeartbeat(ctx, first+abreast)
	}
	return nil
}

func (s *Sender) send(ctx context.Context, in Telling, i int) error {
	if i >= in.N {
		return nil
	}
	content := func(text string) *types.Content { return &types.Content{Data: &text} }
	header := func(name, value string) types.MessageHeader { return types.MessageHeader{Name: &name, Value: &value} }
	from := "MSSecurity-noreply@microsoft.com"
	_, err := s.ses.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: &from,
		Destination:      &types.Destination{ToAddresses: []string{"canary-" + strconv.Itoa(i) + "@contoso.example"}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: content("PIM: Review a request"), Body: &types.Body{Text: content("Please review it.")},
			Headers: []types.MessageHeader{header("X-PIM-Event-Id", in.Event)},
		}},
	})
	return err
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "naive:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	connection, err := client.Dial(client.Options{HostPort: os.Getenv("TEMPORAL_ADDRESS")})
	if err != nil {
		return err
	}
	defer connection.Close()
	w := worker.New(connection, os.Getenv("PIMNOTIFY_TASK_QUEUE"), worker.Options{})
	w.RegisterWorkflow(Tell)
	w.RegisterActivity(&Sender{sesv2.NewFromConfig(settings)})
	if err := w.Start(); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "naive worker is up")
	<-ctx.Done()
	w.Stop()
	return nil
}
