using System.Text.Json.Nodes;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>Whichever of the contracts has other code than ours: nobody connects.</summary>
public sealed class ContractCheckTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Contracts =>
    [
        "OrderBook", "OrderRules", "EscrowVault", "TokenRegistry", "ProviderRegistry", "OfferBook", "MeasurementRegistry", "ReportLog", "DisputeCourt",
    ];

    [Theory]
    [MemberData(nameof(Contracts))]
    public async Task Other_code_is_found(string contract)
    {
        var address = await AddressOf(contract);
        using var control = new AnvilControl(chain.Anvil.Rpc);
        var before = await control.Snapshot(Cancel);
        await SetCode(address, "0x60006000fd");
        var wrong = await Assert.ThrowsAsync<ChainException>(() => ChainClient.Connect(chain.Options, Cancel));
        Assert.Equal(ChainErrorKind.WrongCode, wrong.Kind);
        Assert.Contains($"{address} on chain 31337, the {contract}, is another one", wrong.Message, StringComparison.Ordinal);
        await SetCode(address, "0x");
        var none = await Assert.ThrowsAsync<ChainException>(() => ChainClient.Connect(chain.Options, Cancel));
        Assert.Equal(ChainErrorKind.NoCode, none.Kind);
        await control.Revert(before, Cancel);
        await using var client = await ChainClient.Connect(chain.Options, Cancel);
    }

    [Fact]
    public async Task Another_vault_than_the_order_books_is_found()
    {
        var other = await Deployment.DeployDevelopment(chain.Anvil.Rpc, Anvil.Accounts[0], Cancel);
        var wrong = await Assert.ThrowsAsync<ChainException>(() => ChainClient.Connect(chain.Options with { EscrowVault = other.EscrowVault }, Cancel));
        Assert.Contains($"not in {other.EscrowVault}, which is configured as EscrowVault", wrong.Message, StringComparison.Ordinal);
    }

    private async Task SetCode(Address address, string code) => await chain.Client.Request("anvil_setCode", new JsonArray(address.ToString(), code), Cancel);

    private async Task<Address> AddressOf(string contract)
    {
        var others = await ContractAddresses.Read(chain.Client, Cancel);
        return contract == "OrderBook" ? chain.Options.OrderBook : (Address)typeof(ContractAddresses).GetProperty(contract)!.GetValue(others)!;
    }
}
