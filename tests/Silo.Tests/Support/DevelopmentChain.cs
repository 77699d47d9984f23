using SwarmCompute.Chain;
using SwarmCompute.Chain.Development;
using SwarmCompute.Silo.Tests.Support;

[assembly: AssemblyFixture(typeof(DevelopmentChain))]

namespace SwarmCompute.Silo.Tests.Support;

/// <summary>One anvil with our contracts, for all tests here.</summary>
public sealed class DevelopmentChain : IAsyncLifetime
{
    private Anvil? _anvil;

    public ChainOptions Options { get; private set; } = null!;

    public int ProcessId => _anvil!.ProcessId;

    public async ValueTask InitializeAsync()
    {
        var binary = Repository.PathOf("native", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
        _anvil = await Anvil.Start(new AnvilOptions { BinaryPath = binary }, TestContext.Current.CancellationToken);
        Options = await Deployment.DeployDevelopment(_anvil.Rpc, Anvil.Accounts[0], TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_anvil is not null) await _anvil.DisposeAsync();
    }
}
