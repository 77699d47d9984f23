using System.Collections.Immutable;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Contracts;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.ChainFuzz;

/// <summary>The chain of a run: anvil, whose blocks are made by hand, with fresh contracts, behind two endpoints that can be made to lie.</summary>
internal sealed class FuzzChain : IAsyncDisposable
{
    /// <summary>Half of how far the final block is behind: reorgs of six blocks are then never final ones.</summary>
    private const int SlotsInAnEpoch = 3;
    private const ulong FinalityLag = 2 * SlotsInAnEpoch;

    private readonly Anvil _anvil;
    private ulong _highest;

    private FuzzChain(Anvil anvil, ChainClient client, ImmutableArray<OfferId> offers, ImmutableArray<FaultyRpc> endpoints)
    {
        _anvil = anvil;
        Offers = offers;
        Client = client;
        Control = new AnvilControl(anvil.Rpc);
        Endpoints = endpoints;
    }

    /// <summary>Straight to anvil: the truth.</summary>
    public ChainClient Client { get; }

    public AnvilControl Control { get; }

    /// <summary>What providers sell: one for nothing, one for a price that not every order pays.</summary>
    public ImmutableArray<OfferId> Offers { get; }

    /// <summary>What stands between the silo and the chain.</summary>
    public ImmutableArray<FaultyRpc> Endpoints { get; }

    /// <summary>What the silo is given.</summary>
    public ChainOptions ForSilo => Client.Options with { Endpoints = [.. Endpoints.Select(e => e.Endpoint)] };

    public static Account Customer => Anvil.Accounts[1];

    public static async Task<FuzzChain> Start(RepositoryRoot root, CancellationToken cancel)
    {
        var binary = root.Below("native", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
        var anvil = await Anvil.Start(new AnvilOptions { BinaryPath = binary, BlockTime = null, SlotsInAnEpoch = SlotsInAnEpoch }, cancel);
        try
        {
            var contracts = await Deployment.DeployDevelopment(anvil.Rpc, Anvil.Accounts[0], cancel);
            var client = await ChainClient.Connect(contracts, cancel);
            await Fund(client, Customer, new Wei(UInt128.MaxValue / 4), cancel);
            var addresses = await ContractAddresses.Read(client, cancel);
            ImmutableArray<OfferId> offers = [await Enroll(client, addresses, Anvil.Accounts[4], 0, cancel), await Enroll(client, addresses, Anvil.Accounts[5], 3, cancel)];
            await anvil.Mine((int)FinalityLag, cancel);                      // the deployment is final before anything is reorganized
            var chain = new FuzzChain(anvil, client, offers, [FaultyRpc.Start(anvil.Rpc, FaultPlan.None), FaultyRpc.Start(anvil.Rpc, FaultPlan.None)]);
            await chain.Control.StopMining(cancel);
            return chain;
        }
        catch
        {
            await anvil.DisposeAsync();
            throw;
        }
    }

    private static async Task Fund(ChainClient client, Account account, Wei amount, CancellationToken cancel)
    {
        await new Token(client, Anvil.Accounts[0]).Mint(account.Address, amount, cancel);
        await new Token(client, account).Approve(client.Options.EscrowVault, amount, cancel);
    }

    private static async Task<OfferId> Enroll(ChainClient client, ContractAddresses addresses, Account provider, uint unitPrice, CancellationToken cancel)
    {
        var (registry, node) = (new ProviderRegistry(client, addresses.ProviderRegistry, provider), new NodeId("fuzz"));
        var stake = new Wei(DevelopmentTerms.StakePerLease.Value * 100_000);
        await Fund(client, provider, stake, cancel);
        await registry.Register(provider.Address, default, cancel);
        await registry.Stake(stake, cancel);
        using var control = new AnvilControl(client.Options.Rpc);
        var expires = (await control.Now(cancel)).AddDays(80);
        await registry.SetNodeKey(node, new NodeKey(Hash32.Sha256("node"u8), OrderDigest.DevelopmentMeasurement, expires), cancel);
        var version = new OfferVersion(ProviderRegistry.NodeHash(node), client.Options.Token, new Wei(unitPrice));
        return await new OfferBook(client, addresses.OfferBook, provider).Create(OfferKind.Compute, version, capacity: 100_000, cancel);
    }

    /// <summary>The newest block, from the chain itself.</summary>
    public async Task<BlockId> Head(CancellationToken cancel)
    {
        var head = await Control.Block("latest", cancel) ?? throw new CommandException("the chain has no block");
        _highest = Math.Max(_highest, head.Number);
        return head;
    }

    /// <summary>How many of the newest blocks may go without one among them that a silo may have seen as final.</summary>
    public async Task<int> DepthMax(CancellationToken cancel)
    {
        var head = await Head(cancel);
        return (int)(head.Number - (_highest - FinalityLag));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var endpoint in Endpoints) await endpoint.DisposeAsync();
        Control.Dispose();
        await Client.DisposeAsync();
        await _anvil.DisposeAsync();
    }
}
