using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;
using Orleans.Runtime.Messaging;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Cvm;
using SwarmCompute.Cvm.Development;
using SwarmCompute.Grains;
using SwarmCompute.Grains.ChainFeed;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Grains.Settlement;
using SwarmCompute.Grains.Webhooks;
using SwarmCompute.Overlay;
using SwarmCompute.Silo.Agent;
using SwarmCompute.Silo.ChainFeed;
using SwarmCompute.Silo.Configuration;
using SwarmCompute.Silo.Membership;
using SwarmCompute.Silo.Store;
using SwarmCompute.Silo.Telemetry;
using SwarmCompute.Silo.Tls;
using SwarmCompute.Silo.Web;
using SwarmCompute.Silo.Webhooks;

namespace SwarmCompute.Silo;

/// <summary>Puts a silo together. What can be wrong is found out before the runtime starts.</summary>
internal static class SiloHost
{
    /// <summary>The time that an orderly stop may take, guests included.</summary>
    public static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2.5);

    private static readonly TimeSpan ResponseTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeactivationTime = TimeSpan.FromSeconds(1);

    /// <summary>Makes the host, stopped.</summary>
    /// <exception cref="SiloStartException">Something that it needs is not as it must be.</exception>
    public static WebApplication Build(
        SiloConfiguration configuration, SiloCredentials credentials, SiloAttestation? attestation, StoreConnection store, ChainConnection chain, Account account)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "SwarmCompute.Silo" });
        AddLogging(builder.Logging);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = StopTime);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(o => WebHosting.ListenOn(o, IPAddress.Parse(configuration.Node.AdvertisedAddress), configuration.Web.Port, credentials));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(credentials);
        if (attestation is not null) builder.Services.AddSingleton(attestation);
        builder.Services.AddSingleton(ChainOptionsOf(configuration.Chain));
        builder.Services.AddSingleton(new ChainFeedOptions { Period = ChainFollower.LeastPeriod(configuration.Chain) });
        builder.Services.AddSingleton<IChainReader>(chain);
        builder.Services.AddSingleton(s => new ChainWriter(chain, account, s.GetRequiredService<IGrainFactory>(), s.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<IChainWriter>(s => s.GetRequiredService<ChainWriter>());
        builder.Services.AddSingleton<IWebhookSender>(s => new WebhookSender(s.GetRequiredService<ChainOptions>(), account, s.GetRequiredService<TimeProvider>()));
        SwarmTelemetry.AddTo(builder.Services, configuration.Node.Id);
        builder.UseOrleans(silo => ConfigureRuntime(silo, configuration, store));
        builder.Services.AddSingleton<IFatalErrorHandler, FencingFatalErrorHandler>();
        builder.Services.AddSingleton<OrderPokes>();
        builder.Services.AddSingleton<BrokenLinks>();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s =>
            new MembershipTurn(store.Redis, configuration.Cluster.ClusterId, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<MembershipTurn>>()));
        builder.Services.AddHostedService<MembershipWatch>();
        builder.Services.AddHostedService<RefusedPortWatch>();
        builder.Services.AddSingleton(s => new HeadWatch(s.GetRequiredService<ChainOptions>(), s.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService(s => new ChainFollower(
            s.GetRequiredService<IGrainFactory>(), s.GetRequiredService<HeadWatch>(), configuration.Chain, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ChainFollower>>()));
        builder.Services.AddHostedService<TransactionRecovery>();
        if (configuration.Node.Slots > 0) AddAgent(builder.Services, configuration, credentials, account);
        var app = builder.Build();
        app.UseSwarm();
        return app;
    }

    /// <summary>The chain that the configuration names.</summary>
    public static ChainOptions ChainOptionsOf(SiloChainOptions options) => new()
    {
        Endpoints = [new Uri(options.Rpc), .. options.MoreRpc.Select(rpc => new Uri(rpc))],
        Sockets = [.. options.Sockets.Select(socket => new Uri(socket))],
        ChainId = options.ChainId,
        OrderBook = Address.Parse(options.OrderBook),
        EscrowVault = Address.Parse(options.EscrowVault),
        Token = Address.Parse(options.Token),
        DeployBlock = options.DeployBlock,
        Finality = options.Finality,
        Profile = options.Profile(),
    };

    /// <summary>What is expected of that chain.</summary>
    public static SyncOptions SyncOptionsOf(SiloChainOptions options) => SyncOptions.Of(options.Profile()) with { Mutant = SiloChainOptions.MutantOf(options.Mutant) ?? SyncMutant.None };

    // Standard output says one thing to one reader (ReadyLine); everything else goes to standard error, a line each.
    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Warning).AddFilter("SwarmCompute", LogLevel.Information);
        // Warnings of every start: that the collector is the workstation's (it is meant to be), and of a first check with no check before it.
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error).AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        logging.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat, o.UseUtcTimestamp) = (true, "HH:mm:ss.fff ", true));
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void ConfigureRuntime(ISiloBuilder silo, SiloConfiguration configuration, StoreConnection store)
    {
        var address = IPAddress.Parse(configuration.Node.AdvertisedAddress);
        var cluster = configuration.Cluster;
        silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
        silo.Configure<SiloOptions>(o => o.SiloName = configuration.Node.Id);
        silo.Configure<EndpointOptions>(o =>
        {
            (o.AdvertisedIPAddress, o.SiloPort, o.GatewayPort) = (address, cluster.SiloPort, cluster.GatewayPort);
            o.SiloListeningEndpoint = new IPEndPoint(address, cluster.SiloPort);
            if (cluster.GatewayPort > 0) o.GatewayListeningEndpoint = new IPEndPoint(address, cluster.GatewayPort);
        });
        silo.Configure<ClusterMembershipOptions>(MembershipSettings.Apply);
        silo.Configure<SiloMessagingOptions>(o => (o.ResponseTimeout, o.SystemResponseTimeout) = (ResponseTime, ResponseTime));
        silo.Configure<GrainCollectionOptions>(o => o.DeactivationTimeout = DeactivationTime);
        silo.Configure<SiloConnectionOptions>(UseTls);
        store.Configure(silo);
        silo.AddSwarmGrains();
        if (SwarmTelemetry.IsOn) silo.AddActivityPropagation();
    }

    private static void UseTls(SiloConnectionOptions options)
    {
        options.ConfigureSiloInboundConnection(c => c.UseMiddleware(Middleware(c, listens: true)));
        options.ConfigureSiloOutboundConnection(c => c.UseMiddleware(Middleware(c, listens: false)));
        options.ConfigureGatewayInboundConnection(c => c.UseMiddleware(Middleware(c, listens: true)));
    }

    private static SiloTlsMiddleware Middleware(IConnectionBuilder connection, bool listens)
    {
        var services = connection.ApplicationServices;
        var tls = new SiloTls(services.GetRequiredService<SiloCredentials>(), services.GetRequiredService<TimeProvider>());
        return new SiloTlsMiddleware(tls, services.GetService<SiloAttestation>(), listens, services.GetRequiredService<BrokenLinks>(), services.GetRequiredService<ILogger<SiloTlsMiddleware>>());
    }

    private static void AddAgent(IServiceCollection services, SiloConfiguration configuration, SiloCredentials credentials, Account account)
    {
        var node = new NodeId(configuration.Node.Id);
        var workDirectory = Path.Combine(configuration.Guest.WorkDirectory, node.Value);
        var driver = OpenDriver(configuration.Guest.Executable, workDirectory);
        var listener = Listen(configuration, credentials);
        var speed = MachineSpeed.Measure(TimeProvider.System);
        var description = new NodeDescription(node, configuration.Node.Slots, configuration.Node.AdvertisedAddress, account.Address, [driver.Probe().EvidenceType],
            new OfferId(configuration.Node.Offer))
        {
            MemoryBytes = configuration.Node.MemoryMiB > 0 ? (long)configuration.Node.MemoryMiB << 20 : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 * 7,
            BytesPerSecond = speed.BytesPerSecond,
            OperationsPerSecond = speed.OperationsPerSecond,
            Endpoint = listener.LocalEndPoint.ToString(),
        };
        services.AddSingleton<ICvmDriver>(driver);
        services.AddSingleton(listener);
        services.AddSingleton(new GuestTicket
        {
            Node = node,
            LinkEndpoint = listener.LocalEndPoint.ToString(),
            ChainId = configuration.Chain.ChainId,
            OrderBook = Address.Parse(configuration.Chain.OrderBook),
            AuthorityEndpoint = configuration.Authority.Endpoint,
            AuthorityRoot = credentials.Root.RawData,
            AssetDirectory = configuration.Guest.AssetDirectory,
            ListenAddress = configuration.Guest.ListenAddress,
            NativeLibraryDirectory = configuration.Guest.NativeLibraryDirectory,
        });
        services.AddSingleton(s => new AgentIdentity(description, s.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString(), workDirectory));
        services.AddSingleton<NodePlace>();
        services.AddSingleton<NodeAgent>();
        services.AddSingleton<IGuestFence>(s => s.GetRequiredService<NodeAgent>());
        services.AddHostedService(s => s.GetRequiredService<NodeAgent>());
        services.AddHostedService(s => s.GetRequiredService<NodePlace>());
    }

    private static ProcessCvmDriver OpenDriver(string executable, string workDirectory)
    {
        try
        {
            var driver = new ProcessCvmDriver(new ProcessCvmOptions(executable, workDirectory));
            return driver.Probe().WhyNot is { } why ? throw new SiloStartException(why) : driver;
        }
        catch (CvmException e)
        {
            throw new SiloStartException(e.Message, e);
        }
    }

    private static OverlayListener Listen(SiloConfiguration configuration, SiloCredentials credentials)
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(configuration.Node.AdvertisedAddress), configuration.Guest.LinkPort);
        try
        {
            return OverlayListener.Start(endpoint, credentials.ForOverlay(), TimeProvider.System, OverlayLimits.GuestLinkFrameBytesMax);
        }
        catch (OverlayException e)
        {
            throw new SiloStartException($"Guest:LinkPort {configuration.Guest.LinkPort} cannot be taken: {e.Message}", e);
        }
    }
}
