using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Crypto;
using SwarmCompute.TestKit;

namespace SwarmCompute.Chain.Tests;

/// <summary>Logs into events.</summary>
public sealed class OrderEventReaderTests
{
    [Fact]
    public void The_events_known_here_are_those_of_the_contract() =>
        Assert.Equal(ContractArtifact.OrderBook.Events.Select(e => e.ToString()).Order(), OrderEventReader.Signatures.Order());

    [Fact]
    public void The_contracts_errors_and_events_are_a_contract_with_others()
    {
        var lines = new[] { ContractArtifact.OrderBook, ContractArtifact.EscrowVault }
            .SelectMany(c => c.Events.Select(e => $"event {e}").Concat(c.Errors.Select(e => $"error {e}"))).Distinct().Order(StringComparer.Ordinal);
        Golden.Equal("contract-abi.txt", string.Join('\n', lines) + "\n");
    }

    [Fact]
    public void Units_beyond_64_bits_are_the_most_that_there_are()
    {
        var data = AbiWriter.Arguments().Add(1).Add(default(Hash32)).Add(UInt128.MaxValue).Add(4);
        var report = Assert.IsType<OrderEvent.ReportSubmitted>(OrderEventReader.Read(Log("ReportSubmitted(uint64,uint32,bytes32,uint128,uint32)", data)));
        Assert.Equal(ulong.MaxValue, report.Units);
    }

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
