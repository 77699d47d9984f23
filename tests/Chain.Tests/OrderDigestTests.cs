using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>What is signed here is what the contract checks.</summary>
public sealed class OrderDigestTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static readonly Hash32 KeyHash = Hash32.Sha256("key"u8);

    [Fact]
    public async Task The_lease_digest_is_the_contracts()
    {
        var lease = new LeaseId(new OrderId(ulong.MaxValue), 15);
        var provider = Development.Anvil.Accounts[5].Address;
        var call = new AbiWriter("leaseDigest(uint64,uint8,uint32,address,bytes32)")
            .Add(lease.Order.Value).Add((UInt128)lease.Slot).Add(uint.MaxValue).Add(provider).Add(KeyHash);
        var expected = OrderDigest.Lease(chain.Options.ChainId, chain.Options.OrderBook, lease, new LeaseEpoch(uint.MaxValue), provider, KeyHash);
        Assert.Equal(expected, await Ask(call));
    }

    [Fact]
    public async Task The_report_digest_is_the_contracts()
    {
        var call = new AbiWriter("reportDigest(uint64,uint32,bytes32,uint128)").Add(7).Add(3).Add(KeyHash).Add(ulong.MaxValue);
        var expected = OrderDigest.Report(chain.Options.ChainId, chain.Options.OrderBook, new OrderId(7), new LeaseEpoch(3), KeyHash, ulong.MaxValue);
        Assert.Equal(expected, await Ask(call));
    }

    private async Task<Hash32> Ask(AbiWriter call) =>
        new(await chain.Client.Ask(chain.Options.OrderBook, call.ToArray(), "latest", TestContext.Current.CancellationToken));
}
