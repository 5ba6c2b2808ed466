package assembly

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"pimnotify/workflows"
)

// attributePatience is how long a start waits until attributes that were just registered can be used: servers cache them for a
// minute.
const attributePatience = 2 * time.Minute

// searchAttributes are those that every run of ours is found by.
var searchAttributes = map[string]enums.IndexedValueType{
	workflows.PimTenant.GetName():       enums.INDEXED_VALUE_TYPE_KEYWORD,
	workflows.PimKind.GetName():         enums.INDEXED_VALUE_TYPE_KEYWORD,
	workflows.PimStatus.GetName():       enums.INDEXED_VALUE_TYPE_KEYWORD,
	workflows.PimRole.GetName():         enums.INDEXED_VALUE_TYPE_KEYWORD,
	workflows.PimResourceKind.GetName(): enums.INDEXED_VALUE_TYPE_KEYWORD,
	workflows.PimUnreachable.GetName():  enums.INDEXED_VALUE_TYPE_BOOL,
}

// ensureSearchAttributes registers what is missing and waits until it can be used. Where we may not, the error says what to run.
func ensureSearchAttributes(ctx context.Context, c client.Client, namespace string) error {
	ctx, cancel := context.WithTimeout(ctx, attributePatience)
	defer cancel()
	if usable(ctx, c, namespace) == nil {
		return nil
	}
	if err := register(ctx, c, namespace); err != nil {
		return fmt.Errorf("register Temporal's search attributes (or have somebody run: %s): %w", command(namespace), err)
	}
	for {
		err := usable(ctx, c, namespace)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until Temporal's search attributes can be used (check with: %s): %w", command(namespace), err)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func register(ctx context.Context, c client.Client, namespace string) error {
	known, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return err
	}
	missing := map[string]enums.IndexedValueType{}
	for name, kind := range searchAttributes {
		if _, there := known.GetCustomAttributes()[name]; !there {
			missing[name] = kind
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: namespace, SearchAttributes: missing,
	})
	var exists *serviceerror.AlreadyExists
	if errors.As(err, &exists) {
		return nil // another process of ours was faster
	}
	return err
}

// usable asks a question with every attribute in it: a server that does not know one of them refuses to answer.
func usable(ctx context.Context, c client.Client, namespace string) error {
	var terms []string
	for name, kind := range searchAttributes {
		value := "'none'"
		if kind == enums.INDEXED_VALUE_TYPE_BOOL {
			value = "true"
		}
		terms = append(terms, name+" = "+value)
	}
	_, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
		Namespace: namespace, Query: strings.Join(terms, " AND "),
	})
	return err
}

// command is what somebody who may can run instead.
func command(namespace string) string {
	parts := []string{"temporal operator search-attribute create --namespace " + namespace}
	for _, name := range []string{"PimTenant", "PimKind", "PimStatus", "PimRole", "PimResourceKind"} {
		parts = append(parts, "--name "+name+" --type Keyword")
	}
	return strings.Join(append(parts, "--name PimUnreachable --type Bool"), " ")
}
