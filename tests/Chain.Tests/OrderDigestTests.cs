using System.Collections.Immutable;
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
        var measurement = OrderDigest.DevelopmentMeasurement;
        var call = OrderBookAbi.EncodeLeaseDigest(lease.Order.Value, (byte)lease.Slot, uint.MaxValue, ulong.MaxValue, measurement, KeyHash);
        var expected = OrderDigest.Lease(
            chain.Options.ChainId, chain.Options.OrderBook, lease, new LeaseEpoch(uint.MaxValue), new OfferId(ulong.MaxValue), measurement, KeyHash);
        Assert.Equal(expected, await Ask(chain.Options.OrderBook, call));
    }

    [Fact]
    public async Task The_checkpoint_digest_is_the_contracts() => Assert.Equal(
        OrderDigest.Checkpoint(chain.Options.ChainId, chain.Options.OrderBook, new OrderId(7), new LeaseEpoch(3), UInt128.MaxValue),
        await Ask(chain.Options.OrderBook, OrderBookAbi.EncodeCheckpointDigest(7, 3, UInt128.MaxValue)));

    [Fact]
    public async Task The_report_digest_is_the_contracts() => Assert.Equal(
        OrderDigest.Report(chain.Options.ChainId, chain.Options.OrderBook, new OrderId(7), new LeaseEpoch(3), KeyHash, UInt128.MaxValue),
        await Ask(chain.Options.OrderBook, OrderBookAbi.EncodeReportDigest(7, 3, KeyHash, UInt128.MaxValue)));

    [Fact]
    public async Task The_post_digest_is_the_contracts() => Assert.Equal(
        OrderDigest.Post(chain.Options.ChainId, chain.Contracts.ReportLog, new LeaseId(new OrderId(7), 2), new LeaseEpoch(3), KeyHash),
        await Ask(chain.Contracts.ReportLog, ReportLogAbi.EncodePostDigest(7, 2, 3, KeyHash)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    public async Task What_a_customer_signs_is_the_contracts(int assets)
    {
        var request = new OrderRequest
        {
            ExternalId = Hash32.Sha256("mine"u8),
            ManifestHash = KeyHash,
            Token = chain.Options.Token,
            Deposit = new Wei(UInt128.MaxValue),
            UnitPrice = new Wei(7),
            Slots = 16,
            AuthorityKeyHash = KeyHash,
            EndsAt = DateTimeOffset.FromUnixTimeSeconds(4_000_000_000),
            DisputeWindow = TimeSpan.FromDays(30),
            UnitsPerSecondMax = uint.MaxValue,
            Callback = chain.Options.OrderBook,
        };
        var (customer, deadline) = (DevelopmentChain.Customer.Address, DateTimeOffset.FromUnixTimeSeconds(3_999_999_999));
        ImmutableArray<AssetUse> uses = [.. Enumerable.Range(1, assets).Select(i => new AssetUse(new OfferId((ulong)i), (uint)i * 3))];
        var call = OrderRulesAbi.EncodePlaceOrderDigest(customer, Rules(request), [.. uses.Select(u => new OrderRulesAbi.AssetUse(u.Offer.Value, u.Version))], 3_999_999_999);
        Assert.Equal(
            OrderDigest.PlaceOrder(chain.Options.ChainId, chain.Options.OrderBook, customer, request, uses, deadline),
            await Ask(chain.Contracts.OrderRules, call));
    }

    private static OrderRulesAbi.Request Rules(OrderRequest request)
    {
        var words = new WordReader(OrderCalls.Request(request).Write(AbiWriter.Arguments()).ToArray());
        return OrderRulesAbi.Request.Read(ref words);
    }

    private async Task<Hash32> Ask(Address contract, byte[] call) =>
        new(await chain.Client.Ask(contract, call, "latest", TestContext.Current.CancellationToken));
}
