using System.Security.Cryptography;
using System.Text;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Development;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Demo;

/// <summary>The chain of a demo: anvil, or an existing development chain; with fresh contracts, the customer, and an account for each provider.</summary>
internal sealed class DemoChain : IAsyncDisposable
{
    /// <summary>What a provider's account gets to pay for its transactions: a tenth of the chain's coin.</summary>
    private static readonly Wei GasMoney = new(100_000_000_000_000_000);

    /// <summary>What the customer can spend: 1000 USDT of no worth.</summary>
    private static readonly Wei CustomersMoney = new(1000 * (UInt128)1_000_000_000_000_000_000);

    private readonly Anvil? _anvil;

    private DemoChain(Anvil? anvil, ChainClient client, Account customer, IReadOnlyList<DemoProvider> providers)
    {
        _anvil = anvil;
        Client = client;
        Customer = customer;
        Providers = providers;
    }

    public ChainClient Client { get; }

    public ChainOptions Options => Client.Options;

    /// <summary>Deploys, orders and pays.</summary>
    public Account Customer { get; }

    /// <summary>One for each silo.</summary>
    public IReadOnlyList<DemoProvider> Providers { get; }

    /// <summary>Starts or reaches the chain, deploys the contracts, funds the providers' accounts.</summary>
    /// <exception cref="ChainException">The chain does not answer, or is another one than was said.</exception>
    public static async Task<DemoChain> Start(DemoOptions options, RepositoryRoot root, DemoFolder folder, CancellationToken cancel)
    {
        var anvil = options.Rpc is null ? await Anvil.Start(new AnvilOptions { BinaryPath = AnvilBinary(root), ChainId = options.ChainId }, cancel) : null;
        try
        {
            var customer = options.KeyFile is { } file ? CommonOptions.ReadAccount(file) : Anvil.Accounts[0];
            var contracts = await Deployment.DeployDevelopment(options.Rpc ?? anvil!.Rpc, customer, cancel);
            if (contracts.ChainId != options.ChainId)
                throw new CommandException($"the chain at {options.Rpc} has id {contracts.ChainId}, not {options.ChainId}; give --chain-id {contracts.ChainId} if that is meant");
            var client = await ChainClient.Connect(contracts, cancel);
            return new DemoChain(anvil, client, customer, await Fund(client, customer, folder, cancel));
        }
        catch
        {
            if (anvil is not null) await anvil.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        if (_anvil is not null) await _anvil.DisposeAsync();
    }

    private static string AnvilBinary(RepositoryRoot root) => root.Below("native", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");

    private static async Task<IReadOnlyList<DemoProvider>> Fund(ChainClient client, Account customer, DemoFolder folder, CancellationToken cancel)
    {
        var providers = new List<DemoProvider>();
        var sender = new TransactionSender(client, customer);
        var sending = new List<Task>();
        for (var i = 0; i < DemoOptions.Silos; i++)
        {
            var key = RandomNumberGenerator.GetBytes(32);
            using var account = Account.FromPrivateKey(key);
            var file = folder.Write($"provider-{i + 1}.key", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key)));
            CryptographicOperations.ZeroMemory(key);
            providers.Add(new DemoProvider(account.Address, file));
            sending.Add(sender.Transfer(account.Address, GasMoney, cancel));
            sending.Add(new Token(client, customer).Mint(account.Address, new Wei(DevelopmentTerms.StakePerLease.Value * (ulong)DemoSwarm.SlotsPerNode), cancel));
        }
        sending.Add(new Token(client, customer).Mint(customer.Address, CustomersMoney, cancel));
        await Task.WhenAll(sending);
        return providers;
    }
}
