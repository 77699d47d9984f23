using SwarmCompute.Chain.Contracts;
using SwarmCompute.Chain.Development;
using SwarmCompute.TestKit;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>
/// One anvil with our contracts, for the tests of one class; the customer is account 1 and has approved the vault, the provider is account
/// 3 and offers a node at no price.
/// </summary>
public sealed class DevelopmentChain : IAsyncLifetime
{
    public static string AnvilPath { get; } =
        Repository.PathOf("native", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");

    public static readonly Wei Funds = new(1_000_000);

    public Anvil Anvil { get; private set; } = null!;

    public ChainOptions Options { get; private set; } = null!;

    public ChainClient Client { get; private set; } = null!;

    public ContractAddresses Contracts { get; private set; } = null!;

    /// <summary>The provider's compute offer.</summary>
    public OfferId Compute { get; private set; }

    public static Account Deployer => Anvil.Accounts[0];

    public static Account Customer => Anvil.Accounts[1];

    /// <summary>Any account that pays for gas: who sends a lease or a report does not matter.</summary>
    public static Account Sender => Anvil.Accounts[2];

    public static Account Provider => Anvil.Accounts[3];

    /// <summary>The BNB chain's rules unless a class of tests asks for others.</summary>
    public string Hardfork { get; init; } = "osaka";

    public OrderBook BookOf(Account signer) => new(Client, signer);

    public OfferBook OffersOf(Account signer) => new(Client, Contracts.OfferBook, signer);

    public ProviderRegistry ProvidersOf(Account signer) => new(Client, Contracts.ProviderRegistry, signer);

    public DisputeCourt CourtOf(Account signer) => new(Client, Contracts.DisputeCourt, signer);

    public async ValueTask InitializeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        Anvil = await Anvil.Start(new AnvilOptions { BinaryPath = AnvilPath, BlockTime = null, Hardfork = Hardfork }, cancel);
        Options = await Deployment.DeployDevelopment(Anvil.Rpc, Deployer, cancel);
        Client = await ChainClient.Connect(Options, cancel);
        Contracts = await ContractAddresses.Read(Client, cancel);
        await Fund(Customer, cancel);
        Compute = await Enroll(Provider, Wei.Zero, capacity: 10_000, cancel);
    }

    /// <summary>Gives an account tokens, which the vault may take.</summary>
    public async Task Fund(Account account, CancellationToken cancel)
    {
        await new Token(Client, Deployer).Mint(account.Address, Funds, cancel);
        await new Token(Client, account).Approve(Options.EscrowVault, Funds, cancel);
    }

    /// <summary>Makes an account a provider that has staked and offers one node.</summary>
    public async Task<OfferId> Enroll(Account account, Wei unitPrice, uint capacity, CancellationToken cancel)
    {
        var node = new NodeId("node-1");
        await Fund(account, cancel);
        var providers = ProvidersOf(account);
        await providers.Register(account.Address, Hash32.Sha256("metadata"u8), cancel);
        await providers.Stake(new Wei(100_000), cancel);
        var expires = DateTimeOffset.FromUnixTimeSeconds((long)await Now(cancel)).AddDays(80);
        await providers.SetNodeKey(node, new NodeKey(Hash32.Sha256("node key"u8), OrderDigest.DevelopmentMeasurement, expires), cancel);
        var version = new OfferVersion(ProviderRegistry.NodeHash(node), Options.Token, unitPrice);
        return await OffersOf(account).Create(OfferKind.Compute, version, capacity, cancel);
    }

    /// <summary>The newest block's time in seconds since 1970.</summary>
    public async Task<ulong> Now(CancellationToken cancel)
    {
        var block = await Client.Request("eth_getBlockByNumber", ["latest", false], cancel);
        return Convert.ToUInt64(block.GetProperty("timestamp").GetString(), 16);
    }

    public async ValueTask DisposeAsync()
    {
        if (Client is not null) await Client.DisposeAsync();
        if (Anvil is not null) await Anvil.DisposeAsync();
    }
}
