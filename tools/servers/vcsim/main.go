// Command vcsim runs VMware's vCenter simulator with the flags of govmomi's own binary that Berth uses,
// so that either serves. It exists because that binary cannot be installed by module path.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	model := simulator.VPX()
	flag.IntVar(&model.Datacenter, "dc", model.Datacenter, "datacenters")
	flag.IntVar(&model.Cluster, "cluster", model.Cluster, "clusters per datacenter")
	flag.IntVar(&model.ClusterHost, "host", model.ClusterHost, "hosts per cluster")
	flag.IntVar(&model.Host, "standalone-host", model.Host, "standalone hosts per datacenter")
	flag.IntVar(&model.Datastore, "ds", model.Datastore, "datastores")
	flag.IntVar(&model.Machine, "vm", model.Machine, "virtual machines per resource pool")
	flag.IntVar(&model.Pool, "pool", model.Pool, "resource pools per cluster")
	flag.IntVar(&model.Portgroup, "pg", model.Portgroup, "distributed port groups per datacenter")
	flag.BoolVar(&model.Autostart, "autostart", model.Autostart, "power the virtual machines on")
	flag.StringVar(&model.ServiceContent.About.ApiVersion, "api-version", model.ServiceContent.About.ApiVersion, "API version")
	flag.IntVar(&model.DelayConfig.Delay, "delay", 0, "milliseconds before every answer")
	methodDelay := flag.String("method-delay", "", "milliseconds per method or vCenter task, as Name:1000,Name:500")
	listen := flag.String("l", "127.0.0.1:8989", "address to listen on; port 0 picks one")
	withTLS := flag.Bool("tls", true, "serve HTTPS")
	username := flag.String("username", "", "the only user that may log in; anybody if empty")
	password := flag.String("password", "", "that user's password")
	stdinExit := flag.Bool("stdinexit", false, "exit when standard input closes or a byte arrives")
	flag.Parse()

	delays := parseDelays(*methodDelay)
	model.DelayConfig.MethodDelay = delays
	simulator.TaskDelay.MethodDelay = delays
	model.ServiceContent.About.FullName += " (govmomi simulator)"
	if err := model.Create(); err != nil {
		log.Fatal(err)
	}

	model.Service.RegisterEndpoints = true
	model.Service.Listen = &url.URL{Host: *listen}
	if *username != "" {
		model.Service.Listen.User = url.UserPassword(*username, *password)
	}
	if *withTLS {
		model.Service.TLS = new(tls.Config)
	}
	server := model.Service.NewServer()
	// The same line as the official binary: whoever starts it reads the address from here.
	fmt.Printf("export GOVC_URL=%s GOVC_SIM_PID=%d\n", server.URL, os.Getpid())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	if *stdinExit {
		go func() {
			_, _ = os.Stdin.Read(make([]byte, 1))
			stop <- syscall.SIGTERM
		}()
	}
	<-stop
	model.Remove()
}

func parseDelays(text string) map[string]int {
	delays := map[string]int{}
	for _, pair := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		name, milliseconds, _ := strings.Cut(strings.TrimSpace(pair), ":")
		value, err := strconv.Atoi(milliseconds)
		if err != nil {
			log.Fatalf("method-delay: %q is not Name:milliseconds", pair)
		}
		delays[name] = value
	}
	return delays
}
