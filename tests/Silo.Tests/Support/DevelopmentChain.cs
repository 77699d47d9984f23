using SwarmCompute.Chain;
using SwarmCompute.Chain.Contracts;
using SwarmCompute.Chain.Development;
using SwarmCompute.Silo.Tests.Support;

[assembly: AssemblyFixture(typeof(DevelopmentChain))]

namespace SwarmCompute.Silo.Tests.Support;

/// <summary>One anvil with our contracts, for all tests here.</summary>
public sealed class DevelopmentChain : IAsyncLifetime
{
    private const int Providers = 3;
    private const uint Capacity = 64;

    private Anvil? _anvil;

    public ChainOptions Options { get; private set; } = null!;

    public int ProcessId => _anvil!.ProcessId;

    public async ValueTask InitializeAsync()
    {
        var binary = Repository.PathOf("native", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
        _anvil = await Anvil.Start(new AnvilOptions { BinaryPath = binary }, TestContext.Current.CancellationToken);
        Options = await Deployment.DeployDevelopment(_anvil.Rpc, Anvil.Accounts[0], TestContext.Current.CancellationToken);
        await using var client = await ChainClient.Connect(Options, TestContext.Current.CancellationToken);
        var contracts = await ContractAddresses.Read(client, TestContext.Current.CancellationToken);
        Offers = await Task.WhenAll(Enumerable.Range(1, Providers).Select(number => Offer(client, contracts, number, TestContext.Current.CancellationToken)));
    }

    /// <summary>The compute offer of node-1, node-2 and so on, each of the account of that number.</summary>
    public IReadOnlyList<OfferId> Offers { get; private set; } = [];

    private static async Task<OfferId> Offer(ChainClient client, ContractAddresses contracts, int number, CancellationToken cancel)
    {
        var (account, node) = (Anvil.Accounts[number], new NodeId($"node-{number}"));
        var stake = new Wei(DevelopmentTerms.StakePerLease.Value * Capacity);
        var registry = new ProviderRegistry(client, contracts.ProviderRegistry, account);
        await new Token(client, Anvil.Accounts[0]).Mint(account.Address, stake, cancel);
        await new Token(client, account).Approve(contracts.EscrowVault, stake, cancel);
        await registry.Register(account.Address, default, cancel);
        await registry.Stake(stake, cancel);
        await registry.SetNodeKey(node, new NodeKey(Hash32.Sha256([(byte)number]), OrderDigest.DevelopmentMeasurement, TimeProvider.System.GetUtcNow().AddDays(1)), cancel);
        return await new OfferBook(client, contracts.OfferBook, account).Create(
            OfferKind.Compute, new OfferVersion(ProviderRegistry.NodeHash(node), client.Options.Token, new Wei(1)), Capacity, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_anvil is not null) await _anvil.DisposeAsync();
    }
}
