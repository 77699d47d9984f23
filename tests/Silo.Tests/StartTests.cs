using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Chain.Development;
using SwarmCompute.Silo.Tests.Support;

namespace SwarmCompute.Silo.Tests;

/// <summary>What keeps a silo from starting is one clear line and exit code 1.</summary>
[Collection("real silos")]        // one at a time
public sealed class StartTests(DevelopmentChain chain) : IAsyncDisposable
{
    private readonly TestSwarm _swarm = TestSwarm.Start(chain);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _swarm.DisposeAsync();

    [Fact]
    public async Task Every_fault_of_the_configuration_is_named_at_once()
    {
        var configuration = _swarm.Configure("node-1");
        configuration["Node"]!["Slots"] = 65;
        configuration["Chain"]!["OrderBook"] = "0x12";
        configuration["Tls"]!["KeyFile"] = "nowhere.pem";
        var error = await Refusal(configuration);
        Assert.Contains("Node:Slots is 65; give 0 to 64.", error, StringComparison.Ordinal);
        Assert.Contains("Chain:OrderBook is 0x12; give a contract's address, 0x and 40 hexadecimal digits.", error, StringComparison.Ordinal);
        Assert.Contains("nowhere.pem; give the path of the certificate's private key (PEM); there is no such file.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_does_not_exist_is_named()
    {
        var configuration = _swarm.Configure("node-1");
        configuration["Web"]!["Prot"] = 1;
        Assert.Equal("Web:Prot is not a setting; Web has Port.", await Refusal(configuration));
    }

    [Fact]
    public async Task A_follower_that_is_broken_on_purpose_is_refused_where_something_is_of_worth()
    {
        var configuration = _swarm.Configure("node-1");
        configuration["Chain"]!["ChainId"] = 97;
        configuration["Chain"]!["Mutant"] = "number-only";
        Assert.Contains("only development chains", await Refusal(configuration), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var configuration = _swarm.Configure("node-1");
        configuration["Cluster"]!["SiloPort"] = port;
        Assert.Equal($"Cluster:SiloPort is {port}, which cannot be taken on 127.0.0.1 (AddressAlreadyInUse); give a free port, and an address of this machine.", await Refusal(configuration));
    }

    [Fact]
    public async Task The_certificate_of_another_node_is_refused()
    {
        var configuration = _swarm.Configure("node-2");
        configuration["Node"]!["Id"] = "node-1";
        _swarm.Directory.CreateSubdirectory("node-1");
        configuration["Tls"]!["CertificateFile"] = "../node-2/silo.pem";
        configuration["Tls"]!["KeyFile"] = "../node-2/silo.key.pem";
        configuration["Tls"]!["RootFile"] = "../node-2/root.cer";
        configuration["Chain"]!["AccountKeyFile"] = "../node-2/account.key";
        Assert.Contains("is for swarm://silo/node-2, and this is swarm://silo/node-1; give this node's certificate.", await Refusal(configuration), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        using var other = CertificateAuthority.Create(TimeProvider.System);
        var configuration = _swarm.Configure("node-1", authority: other);
        await File.WriteAllBytesAsync(Path.Combine(_swarm.Directory.FullName, "node-1", "root.cer"), _swarm.Authority.Root.Export(X509ContentType.Cert), Cancel);
        Assert.Contains("is not one of the authority in Tls:RootFile", await Refusal(configuration), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_named_without_its_password()
    {
        var configuration = _swarm.Configure("node-1");
        var port = FreePort.Next();
        configuration["Store"]!["Redis"] = $"127.0.0.1:{port},password=confidential";
        var error = await Refusal(configuration);
        Assert.StartsWith($"Store:Redis at 127.0.0.1:{port} cannot be used:", error, StringComparison.Ordinal);
        Assert.DoesNotContain("confidential", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_chain_than_the_configured_one_is_refused()
    {
        var configuration = _swarm.Configure("node-1");
        configuration["Chain"]!["ChainId"] = 56;
        Assert.StartsWith("Chain: ", await Refusal(configuration), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_asks_to_wait_does_not_keep_a_silo_from_starting()
    {
        await using var endpoint = FaultyRpc.Start(chain.Options.Rpc, FaultPlan.None);
        endpoint.Inject(RpcFault.TooManyRequests, 3);
        var configuration = _swarm.Configure("node-1");
        configuration["Chain"]!["Rpc"] = endpoint.Endpoint.ToString();
        var silo = _swarm.Launch(configuration);
        await silo.WaitUntilReady(Cancel);
        Assert.True(endpoint.Injected[RpcFault.TooManyRequests] > 0);
        await silo.WaitFor("/v1/chain", c => c["finalized"] is not null, Cancel);
    }

    [Fact]
    public async Task A_chain_that_is_away_does_not_keep_a_silo_from_starting()
    {
        var configuration = _swarm.Configure("node-1");
        configuration["Chain"]!["Rpc"] = $"http://127.0.0.1:{FreePort.Next()}";
        var silo = _swarm.Launch(configuration);
        await silo.WaitUntilReady(Cancel);
        using var health = await silo.Get("/healthz", Cancel);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task A_silo_hosts_its_own_store_where_it_is_alone()
    {
        var configuration = _swarm.Configure("node-1");
        configuration["Store"] = new JsonObject { ["Kind"] = "Embedded", ["Directory"] = "store" };
        var silo = _swarm.Launch(configuration);
        await silo.WaitUntilReady(Cancel);
        await silo.WaitFor("/v1/swarm", s => s["nodes"]!.AsArray().Any(n => (string?)n!["status"] == "Ready"), Cancel);
        silo.CloseInput();
        Assert.Equal(0, await silo.WaitForExit(Cancel));
    }

    private async Task<string> Refusal(JsonObject configuration)
    {
        var silo = _swarm.Launch(configuration);
        var error = (string)(await silo.FirstLine(Cancel))["error"]!;
        Assert.Equal(1, await silo.WaitForExit(Cancel));
        return error;
    }
}
