using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SwarmCompute.Chain;
using SwarmCompute.Silo.ChainFeed;
using SwarmCompute.Silo.Configuration;
using SwarmCompute.Silo.Store;
using SwarmCompute.Silo.Tls;
using SwarmCompute.Silo.Web;

namespace SwarmCompute.Silo;

/// <summary>
/// The process: one JSON line on standard output when it is ready or cannot start, logs on standard error, and an orderly stop when
/// standard input ends or SIGTERM arrives.
/// </summary>
internal static class SiloProcess
{
    private static readonly TimeSpan ChainTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopTimeMax = TimeSpan.FromSeconds(4);
    private static Timer? _endByForce;

    /// <summary>Runs until it is told to stop.</summary>
    /// <returns>0 after an orderly stop; 1 where it could not start, or a part of it failed.</returns>
    public static async Task<int> Run(string[] args)
    {
        try
        {
            if (args is not ["--config", var file]) throw new SiloStartException("Usage: SwarmCompute.Silo --config FILE.json");
            return await Run(SiloConfiguration.Load(file));
        }
        catch (SiloStartException e)
        {
            Console.Out.WriteLine(new JsonObject { ["error"] = e.Message }.ToJsonString());
            return 1;
        }
    }

    private static async Task<int> Run(SiloConfiguration configuration)
    {
        var credentials = SiloCredentials.Load(configuration.Tls, new NodeId(configuration.Node.Id), TimeProvider.System);
        await using var attestation = await SiloAttestation.Open(
            configuration.Tls, credentials.Certificate, configuration.Chain.ChainId, TimeProvider.System, line => Console.Error.WriteLine($"silos' evidence: {line}"));
        RequireFreePorts(configuration);
        using var account = OpenAccount(configuration.Chain.AccountKeyFile);
        await using var chain = new ChainConnection(SiloHost.ChainOptionsOf(configuration.Chain), SiloHost.SyncOptionsOf(configuration.Chain));
        var connecting = ConnectChain(chain);
        using var store = await StoreConnection.Open(configuration.Store, CancellationToken.None);
        await connecting;
        await using var app = SiloHost.Build(configuration, credentials, attestation, store, chain, account);
        await Start(app);
        Console.Out.WriteLine(new JsonObject
        {
            ["ready"] = true,
            ["node"] = configuration.Node.Id,
            ["web"] = WebHosting.AddressOf(app),
            ["pid"] = Environment.ProcessId,
        }.ToJsonString());
        StopAtEndOfInput(app.Lifetime);
        using var limit = app.Lifetime.ApplicationStopping.Register(EndByForceAfterStopTime);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => EndByForceAfterStopTime());
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => EndByForceAfterStopTime());
        await app.WaitForShutdownAsync();
        return HasFailed(app) ? 1 : 0;
    }

    private static async Task Start(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (e is not SiloStartException)      // the runtime and its stores throw what they like; here it becomes one line
        {
            await Console.Error.WriteLineAsync(e.ToString());
            throw new SiloStartException($"The silo cannot start: {e.GetBaseException().Message.ReplaceLineEndings(" ")}", e);
        }
    }

    // A chain that is away is no reason not to start: everything stays as it is until it is back. A wrong one is.
    private static async Task ConnectChain(ChainConnection chain)
    {
        using var limit = new CancellationTokenSource(ChainTime);
        try
        {
            await chain.Client(limit.Token);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("warn: Chain:Rpc does not answer yet; the silo starts without it.");
        }
        catch (ChainException e) when (e.Kind is ChainErrorKind.WrongChain or ChainErrorKind.NoCode or ChainErrorKind.WrongCode or ChainErrorKind.Inconsistent)
        {
            throw new SiloStartException($"Chain: {e.Message}", e);
        }
        catch (ChainException e)
        {
            await Console.Error.WriteLineAsync($"warn: the silo starts without the chain: {e.Message}");
        }
    }

    private static Account OpenAccount(string file)
    {
        try
        {
            return Account.FromKeyFile(file);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new SiloStartException($"Chain:AccountKeyFile cannot be used: {e.Message}", e);
        }
    }

    private static void RequireFreePorts(SiloConfiguration configuration)
    {
        var address = IPAddress.Parse(configuration.Node.AdvertisedAddress);
        RequireFreePort(address, configuration.Cluster.SiloPort, "Cluster:SiloPort");
        RequireFreePort(address, configuration.Cluster.GatewayPort, "Cluster:GatewayPort");
        RequireFreePort(address, configuration.Web.Port, "Web:Port");
    }

    private static void RequireFreePort(IPAddress address, int port, string key)
    {
        if (port == 0) return;
        try
        {
            using var probe = new TcpListener(address, port);
            probe.Start();
        }
        catch (SocketException e)
        {
            throw new SiloStartException($"{key} is {port}, which cannot be taken on {address} ({e.SocketErrorCode}); give a free port, and an address of this machine.", e);
        }
    }

    // Whoever started the silo holds the other end. /dev/null has no other end: under a service manager only the signal counts.
    private static void StopAtEndOfInput(IHostApplicationLifetime lifetime)
    {
        if (OperatingSystem.IsLinux() && File.ResolveLinkTarget("/proc/self/fd/0", returnFinalTarget: false)?.FullName == "/dev/null") return;
        var watch = new Thread(() =>
        {
            var buffer = new byte[256];
            using var input = Console.OpenStandardInput();
            while (input.Read(buffer) > 0) { }
            // First: what StopApplication tells may itself hang, such as on a store that is gone.
            EndByForceAfterStopTime();
            lifetime.StopApplication();
        })
        { IsBackground = true, Name = "standard input" };
        watch.Start();
    }

    // Whatever hangs while the silo stops, it is gone in time; its guests' input ends with it.
    private static void EndByForceAfterStopTime() =>
        _endByForce ??= new Timer(_ => Process.GetCurrentProcess().Kill(), null, StopTimeMax, Timeout.InfiniteTimeSpan);

    private static bool HasFailed(WebApplication app) => app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(s => s.ExecuteTask is { IsFaulted: true });
}
