using SwarmCompute.Chain.Development;
using SwarmCompute.TestKit;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>One anvil with our contracts, for the tests of one class; the customer is account 1 and has approved the vault.</summary>
public sealed class DevelopmentChain : IAsyncLifetime
{
    public static string AnvilPath { get; } =
        Repository.PathOf("native", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");

    public static readonly Wei Funds = new(1_000_000);

    public Anvil Anvil { get; private set; } = null!;

    public ChainOptions Options { get; private set; } = null!;

    public ChainClient Client { get; private set; } = null!;

    public static Account Deployer => Anvil.Accounts[0];

    public static Account Customer => Anvil.Accounts[1];

    /// <summary>Any account that pays for gas: who sends a lease or a report does not matter.</summary>
    public static Account Sender => Anvil.Accounts[2];

    public static Account Provider => Anvil.Accounts[3];

    /// <summary>The BNB chain's rules unless a class of tests asks for others.</summary>
    public string Hardfork { get; init; } = "osaka";

    public OrderBook BookOf(Account signer) => new(Client, signer);

    public async ValueTask InitializeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        Anvil = await Anvil.Start(new AnvilOptions { BinaryPath = AnvilPath, BlockTime = null, Hardfork = Hardfork }, cancel);
        Options = await Deployment.DeployDevelopment(Anvil.Rpc, Deployer, cancel);
        Client = await ChainClient.Connect(Options, cancel);
        await new Token(Client, Deployer).Mint(Customer.Address, Funds, cancel);
        await new Token(Client, Customer).Approve(Options.EscrowVault, Funds, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (Client is not null) await Client.DisposeAsync();
        if (Anvil is not null) await Anvil.DisposeAsync();
    }
}
