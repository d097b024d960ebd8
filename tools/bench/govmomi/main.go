// Command govmomi-peer provisions virtual machines as a plain govmomi program does: no engine, no approval, no record.
// It is the yardstick beside Berth in `npm run bench -- provision`, on the same vCenter in the same run.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type countingTripper struct {
	soap.RoundTripper
	calls atomic.Int64
}

func (counter *countingTripper) RoundTrip(ctx context.Context, req, res soap.HasFault) error {
	counter.calls.Add(1)
	return counter.RoundTripper.RoundTrip(ctx, req, res)
}

type order struct {
	template, folder, pool, datastore, network string
	sshKey                                     string
}

type figures struct {
	// Seconds from the first call to the address, each.
	Seconds []float64 `json:"seconds"`
	// Wall time of all together.
	WallSeconds float64 `json:"wallSeconds"`
	// Calls per virtual machine, login and waiting for updates included.
	CallsEach float64 `json:"callsEach"`
}

func main() {
	var wanted order
	address := flag.String("url", "", "the vCenter's SDK address")
	count := flag.Int("count", 1, "virtual machines")
	parallel := flag.Bool("parallel", false, "all at once instead of one after another")
	prefix := flag.String("prefix", "peer", "beginning of the names")
	flag.StringVar(&wanted.template, "template", "", "inventory path")
	flag.StringVar(&wanted.folder, "folder", "", "inventory path")
	flag.StringVar(&wanted.pool, "pool", "", "inventory path")
	flag.StringVar(&wanted.datastore, "datastore", "", "name")
	flag.StringVar(&wanted.network, "network", "", "name")
	flag.StringVar(&wanted.sshKey, "ssh-key", "", "public key")
	flag.Parse()

	ctx := context.Background()
	sdk, err := soap.ParseURL(*address)
	must(err)
	// Credentials come by the environment: arguments are seen by everybody on the machine.
	sdk.User = url.UserPassword(os.Getenv("VCENTER_USERNAME"), os.Getenv("VCENTER_PASSWORD"))
	client, counter, err := connect(ctx, sdk)
	must(err)

	answer := figures{Seconds: make([]float64, *count)}
	began := time.Now()
	var all sync.WaitGroup
	for n := range *count {
		one := func() {
			from := time.Now()
			must(provision(ctx, client, wanted, fmt.Sprintf("%s-%d", *prefix, n)))
			answer.Seconds[n] = time.Since(from).Seconds()
		}
		if *parallel {
			all.Go(one)
		} else {
			one()
		}
	}
	all.Wait()
	answer.WallSeconds = time.Since(began).Seconds()
	answer.CallsEach = float64(counter.calls.Load()) / float64(*count)
	must(json.NewEncoder(os.Stdout).Encode(answer))
}

func connect(ctx context.Context, sdk *url.URL) (*govmomi.Client, *countingTripper, error) {
	// The simulator makes its own certificate.
	vim, err := vim25.NewClient(ctx, soap.NewClient(sdk, true))
	if err != nil {
		return nil, nil, err
	}
	counter := &countingTripper{RoundTripper: vim.RoundTripper}
	vim.RoundTripper = counter
	manager := session.NewManager(vim)
	client := &govmomi.Client{Client: vim, SessionManager: manager}
	return client, counter, manager.Login(ctx, sdk.User)
}

func provision(ctx context.Context, client *govmomi.Client, wanted order, name string) error {
	finder := find.NewFinder(client.Client, false)
	datacenter, err := finder.DefaultDatacenter(ctx)
	if err != nil {
		return err
	}
	finder.SetDatacenter(datacenter)
	template, err := finder.VirtualMachine(ctx, wanted.template)
	if err != nil {
		return err
	}
	spec, folder, err := cloneSpec(ctx, finder, template, wanted)
	if err != nil {
		return err
	}
	task, err := template.Clone(ctx, folder, name, spec)
	if err != nil {
		return err
	}
	info, err := task.WaitForResult(ctx)
	if err != nil {
		return err
	}
	vm := object.NewVirtualMachine(client.Client, info.Result.(types.ManagedObjectReference))
	task, err = vm.PowerOn(ctx)
	if err != nil {
		return err
	}
	if err := task.Wait(ctx); err != nil {
		return err
	}
	_, err = vm.WaitForIP(ctx)
	return err
}

func cloneSpec(
	ctx context.Context, finder *find.Finder, template *object.VirtualMachine, wanted order,
) (types.VirtualMachineCloneSpec, *object.Folder, error) {
	var spec types.VirtualMachineCloneSpec
	folder, err := finder.Folder(ctx, wanted.folder)
	if err != nil {
		return spec, nil, err
	}
	pool, err := finder.ResourcePool(ctx, wanted.pool)
	if err != nil {
		return spec, nil, err
	}
	datastore, err := finder.Datastore(ctx, wanted.datastore)
	if err != nil {
		return spec, nil, err
	}
	network, err := finder.Network(ctx, wanted.network)
	if err != nil {
		return spec, nil, err
	}
	devices, err := template.Device(ctx)
	if err != nil {
		return spec, nil, err
	}
	backing, err := network.EthernetCardBackingInfo(ctx)
	if err != nil {
		return spec, nil, err
	}
	card := devices.SelectByType((*types.VirtualEthernetCard)(nil))[0]
	card.GetVirtualDevice().Backing = backing
	poolRef, datastoreRef := pool.Reference(), datastore.Reference()
	spec = types.VirtualMachineCloneSpec{
		Location: types.VirtualMachineRelocateSpec{
			Pool:      &poolRef,
			Datastore: &datastoreRef,
			DeviceChange: []types.BaseVirtualDeviceConfigSpec{
				&types.VirtualDeviceConfigSpec{Operation: types.VirtualDeviceConfigSpecOperationEdit, Device: card},
			},
		},
		Config: &types.VirtualMachineConfigSpec{
			NumCPUs:     1,
			MemoryMB:    1024,
			ExtraConfig: userData(wanted.sshKey),
		},
	}
	return spec, folder, nil
}

func userData(sshKey string) []types.BaseOptionValue {
	users := []map[string]any{{"name": "ubuntu", "ssh_authorized_keys": []string{sshKey}}}
	document, err := json.Marshal(map[string]any{"users": users})
	must(err)
	text := base64.StdEncoding.EncodeToString(append([]byte("#cloud-config\n"), document...))
	return []types.BaseOptionValue{
		&types.OptionValue{Key: "guestinfo.userdata", Value: text},
		&types.OptionValue{Key: "guestinfo.userdata.encoding", Value: "base64"},
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
