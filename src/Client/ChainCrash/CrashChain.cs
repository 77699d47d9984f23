using System.Collections.Immutable;
using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Contracts;
using SwarmCompute.Chain.Development;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Providers;

namespace SwarmCompute.Client.ChainCrash;

/// <summary>The chain of a run: anvil with fresh contracts, a customer, a provider, and orders of theirs that have run.</summary>
internal sealed class CrashChain : IAsyncDisposable
{
    private const uint OrdersMax = 100_000;
    private const uint UnitPrice = 7;
    private const int UnitsMax = 100;
    private static readonly TimeSpan BlockTime = TimeSpan.FromMilliseconds(150);
    private static readonly Wei Deposit = new(1_000);
    private static readonly Wei SilosCoin = new(10_000_000_000_000_000_000);

    /// <summary>What happens to transactions and answers on their way.</summary>
    private static readonly RpcFault[] Mishaps =
        [RpcFault.DroppedTransaction, RpcFault.LostAnswer, RpcFault.ReplacedTransaction, RpcFault.TooManyRequests, RpcFault.DroppedConnection, RpcFault.NotJson];

    private readonly Anvil _anvil;
    private readonly FaultyRpc _endpoint;
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly OrderBook _customer;
    private readonly Escrow _vault;
    private OfferId _offer;

    private CrashChain(Anvil anvil, ChainClient client)
    {
        (_anvil, Client, _endpoint) = (anvil, client, FaultyRpc.Start(anvil.Rpc, FaultPlan.None));
        _customer = new OrderBook(client, Customer);
        _vault = new Escrow(client, signer: null);
    }

    /// <summary>Straight to anvil.</summary>
    public ChainClient Client { get; }

    /// <summary>What the silo is given.</summary>
    public ChainOptions ForSilo => Client.Options with { Endpoints = [_endpoint.Endpoint] };

    public int Faults => _endpoint.Injected.Values.Sum();

    /// <summary>The account with which the silo sends: it has coin for gas, and nothing else.</summary>
    public byte[] SiloKey { get; } = RandomNumberGenerator.GetBytes(Hash32.Size);

    private static Account Customer => Anvil.Accounts[1];

    private static Account Provider => Anvil.Accounts[4];

    public static async Task<CrashChain> Start(RepositoryRoot root, CancellationToken cancel)
    {
        var binary = root.Below("native", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
        var anvil = await Anvil.Start(new AnvilOptions { BinaryPath = binary, BlockTime = BlockTime }, cancel);
        try
        {
            var contracts = await Deployment.DeployDevelopment(anvil.Rpc, Anvil.Accounts[0], cancel);
            var chain = new CrashChain(anvil, await ChainClient.Connect(contracts, cancel));
            await chain.Prepare(cancel);
            return chain;
        }
        catch
        {
            await anvil.DisposeAsync();
            throw;
        }
    }

    /// <summary>Places orders, leases them, and has their heads sign reports, which nobody has told the chain of.</summary>
    public async Task<ImmutableArray<CrashOrder>> Run(int orders, Random random, CancellationToken cancel)
    {
        var units = Enumerable.Range(0, orders).Select(_ => (ulong)random.Next(1, UnitsMax + 1)).ToArray();
        return [.. await Task.WhenAll(units.Select(u => Run(u, cancel)))];
    }

    /// <summary>In every other round something happens to what the silo sends or hears next.</summary>
    public void Break(Random random)
    {
        if (random.Next(2) == 0) _endpoint.Inject(Mishaps[random.Next(Mishaps.Length)], random.Next(1, 3));
    }

    /// <summary>What the contract says of an order, as of the newest final block.</summary>
    public Task<OrderView?> Order(CrashOrder order, CancellationToken cancel) => _customer.Read(order.Id, finalized: true, cancel);

    /// <summary>What the provider may withdraw.</summary>
    public Task<Wei> Credit(CancellationToken cancel) => _vault.CreditOf(Client.Options.Token, Provider.Address, cancel);

    /// <summary>How many transactions of the silo's account were mined.</summary>
    public async Task<ulong> SilosTransactions(CancellationToken cancel)
    {
        using var control = new AnvilControl(_anvil.Rpc);
        using var account = Account.FromPrivateKey(SiloKey);
        return await control.TransactionCount(account.Address, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        CryptographicOperations.ZeroMemory(SiloKey);
        _authority.Dispose();
        await _endpoint.DisposeAsync();
        await Client.DisposeAsync();
        await _anvil.DisposeAsync();
    }

    private async Task Prepare(CancellationToken cancel)
    {
        var (bank, stake) = (new Token(Client, Anvil.Accounts[0]), new Wei(DevelopmentTerms.StakePerLease.Value * OrdersMax));
        using var silo = Account.FromPrivateKey(SiloKey);
        await Task.WhenAll(
            bank.Mint(Customer.Address, new Wei(Deposit.Value * OrdersMax), cancel),
            bank.Mint(Provider.Address, stake, cancel),
            new Token(Client, Customer).Approve(Client.Options.EscrowVault, new Wei(Deposit.Value * OrdersMax), cancel),
            new TransactionSender(Client, Anvil.Accounts[0]).Transfer(silo.Address, SilosCoin, cancel));
        var key = new NodeKey(Hash32.Sha256("node"u8), OrderDigest.DevelopmentMeasurement, TimeProvider.System.GetUtcNow().AddDays(80));
        var provider = await ProviderAccount.Open(Client, Provider, cancel);
        _offer = await provider.Offer(new ProviderTerms(new NodeId("crash"), key, OrdersMax, new Wei(1), _authority.KeyHash), cancel);
    }

    private async Task<CrashOrder> Run(ulong units, CancellationToken cancel)
    {
        var manifest = Hash32.Sha256(RandomNumberGenerator.GetBytes(Hash32.Size));
        var (order, _) = await _customer.PlaceOrder(new OrderRequest
        {
            ManifestHash = manifest,
            Token = Client.Options.Token,
            Deposit = Deposit,
            UnitPrice = new Wei(UnitPrice),
            Slots = 1,
            AuthorityKeyHash = _authority.KeyHash,
            EndsAt = TimeProvider.System.GetUtcNow().AddDays(1),
        }, [], cancel);
        var (lease, epoch) = (new LeaseId(order, 0), new LeaseEpoch(1));
        using var head = P256.CreateKey();
        var statement = new LeaseStatement(Client.Options.ChainId, Client.Options.OrderBook, lease, epoch, _offer, DevelopmentEvidence.LeaseMeasurement, P256.KeyHash(head));
        var signature = _authority.SignLease(statement);
        await _customer.AssignLease(lease, epoch, _offer, DevelopmentEvidence.LeaseMeasurement, Point(head), Point(_authority), P256Signature.FromFixed(signature), cancel);
        using var certificate = _authority.Issue(new SwarmIdentity.Guest(order, 0, epoch, Provider.Address), head, TimeSpan.FromDays(1));
        var signed = SignedReport.Sign(Report(order, manifest, units), epoch, head, certificate, _authority.Root, signature);
        return new CrashOrder(order, signed.ToBytes(), new Wei(units * UnitPrice));
    }

    private IntegrityReport Report(OrderId order, Hash32 manifest, ulong units) => new()
    {
        Evidence = Manifest.Development,
        EvidenceMeaning = DevelopmentEvidence.Meaning,
        ChainId = Client.Options.ChainId,
        OrderBook = Client.Options.OrderBook,
        Order = order,
        ManifestHash = manifest,
        Model = Hash32.Sha256("model"u8),
        Engine = Manifest.LlamaCpp,
        Measurement = DevelopmentEvidence.LeaseMeasurement,
        Started = DateTimeOffset.UnixEpoch,
        Finished = DateTimeOffset.UnixEpoch,
        Stages = [],
        Completions = [],
        Totals = new ReportTotals(0, 0, 0, (long)units),
        Units = units,
    };

    private static P256Point Point(ECDsa key)
    {
        var (x, y) = P256.Point(key);
        return new P256Point(new Hash32(x), new Hash32(y));
    }

    private static P256Point Point(CertificateAuthority authority)
    {
        var (x, y) = P256.Point(authority.Root);
        return new P256Point(new Hash32(x), new Hash32(y));
    }
}
