using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Crypto;
using SwarmCompute.TestKit;

namespace SwarmCompute.Chain.Tests;

/// <summary>Logs into events.</summary>
public sealed class OrderEventReaderTests
{
    private static readonly (string Name, ImmutableArray<string> Signatures)[] Interfaces =
    [
        ("OrderBook", OrderBookAbi.Signatures), ("OrderRules", OrderRulesAbi.Signatures), ("EscrowVault", EscrowVaultAbi.Signatures),
        ("TokenRegistry", TokenRegistryAbi.Signatures), ("ProviderRegistry", ProviderRegistryAbi.Signatures), ("OfferBook", OfferBookAbi.Signatures),
        ("MeasurementRegistry", MeasurementRegistryAbi.Signatures), ("ReportLog", ReportLogAbi.Signatures), ("DisputeCourt", DisputeCourtAbi.Signatures),
    ];

    private static readonly string[] Asides =
        ["CheckpointSkipped", "CallbackCalled", "Paused", "Unpaused", "GuardianSet", "OwnershipTransferStarted", "OwnershipTransferred"];

    /// <summary>The interfaces of our contracts: a change of one is a change for everyone who calls it.</summary>
    [Fact]
    public void The_contracts_interfaces_are_a_contract_with_others()
    {
        var lines = Interfaces.SelectMany(c => c.Signatures.Order(StringComparer.Ordinal).Select(s => $"{c.Name} {s}"));
        Golden.Equal("contract-abi.txt", string.Join('\n', lines) + "\n");
    }

    [Fact]
    public void Every_event_of_the_contract_is_known_here()
    {
        foreach (var signature in OrderBookAbi.Signatures.Where(s => s.StartsWith("event ", StringComparison.Ordinal)))
        {
            if (Asides.Contains(signature[6..].Split('(')[0])) continue;
            var refusal = Assert.Throws<ChainException>(() => OrderEventReader.Read(Log(signature[6..], AbiWriter.Arguments().AddBytes(new byte[4000]))));
            Assert.Contains("does not have the form of its event", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_largest_numbers_of_units_are_read_as_they_are()
    {
        var data = AbiWriter.Arguments().Add(1).Add(default(Hash32)).Add(UInt128.MaxValue).Add(UInt128.MaxValue - 1).Add(4);
        var report = Assert.IsType<OrderEvent.ReportSubmitted>(OrderEventReader.Read(Log("ReportSubmitted(uint64,uint32,bytes32,uint128,uint128,uint32)", data)));
        Assert.Equal((UInt128.MaxValue, UInt128.MaxValue - 1), (report.Units, report.Total));
    }

    [Fact]
    public void What_says_nothing_of_an_order_is_no_event() =>
        Assert.Null(OrderEventReader.Read(Log("CallbackCalled(uint64,bool)", AbiWriter.Arguments().Add(true))));

    [Fact]
    public void An_end_beyond_all_calendars_is_the_last_instant() => Assert.Equal(DateTimeOffset.MaxValue, OrderEventReader.Instant(ulong.MaxValue));

    [Fact]
    public void An_event_that_the_contract_does_not_have_is_refused() =>
        Refused(Log("OrderTransferred(uint64,address)", AbiWriter.Arguments().Add(1)));

    [Fact]
    public void Data_too_short_or_too_long_are_refused()
    {
        Refused(Log("OrderRunning(uint64,uint32)", AbiWriter.Arguments()));
        Refused(Log("OrderRunning(uint64,uint32)", AbiWriter.Arguments().Add(1).Add(2)));
    }

    [Fact]
    public void A_number_wider_than_its_type_is_refused() =>
        Refused(Log("OrderRunning(uint64,uint32)", AbiWriter.Arguments().Add((UInt128)uint.MaxValue + 1)));

    private static void Refused(JsonElement log) =>
        Assert.Equal(ChainErrorKind.Inconsistent, Assert.Throws<ChainException>(() => OrderEventReader.Read(log)).Kind);

    private static JsonElement Log(string signature, AbiWriter data)
    {
        var log = new JsonObject
        {
            ["address"] = "0x00000000000000000000000000000000000000aa",
            ["topics"] = new JsonArray($"0x{Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(signature))}", "0x" + "7".PadLeft(64, '0')),
            ["data"] = "0x" + Convert.ToHexStringLower(data.ToArray()),
            ["blockNumber"] = "0x5",
            ["blockHash"] = "0x" + new string('b', 64),
            ["logIndex"] = "0x0",
            ["transactionHash"] = "0x" + new string('c', 64),
        };
        return JsonSerializer.SerializeToElement(log);
    }
}
