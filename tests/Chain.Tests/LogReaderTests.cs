using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain.Tests;

/// <summary>Logs as an endpoint gives them, into words.</summary>
public sealed class LogReaderTests
{
    private static readonly Gen<ImmutableArray<Given>> Logs =
        Gen.Select(Gen.ULong, Gen.UInt, Gen.Byte.Array[32].Array[0, 4], Gen.Byte.Array[0, 200], Gen.Int[0, 2], Gen.Bool,
            (block, index, topics, data, hash, removed) => new Given(block, index, [.. topics.Select(t => new Hash32(t))], [.. data], Hash32.Sha256([(byte)hash]), removed))
        .Array[0, 8].Select(logs => logs.ToImmutableArray());

    [Fact]
    public void What_was_written_is_read() =>
        Logs.Sample(logs => Assert.Equal(logs.Select(Text), Read(Json(logs)).Select(Text)));

    [Fact]
    public void An_answer_cut_anywhere_is_refused_and_nothing_worse() =>
        Logs.Where(l => l.Length > 0).Select(Gen.Int[0, 1_000_000]).Sample((logs, at) =>
        {
            var json = Json(logs);
            Refused(json.AsMemory(0, at % json.Length));
        });

    [Fact]
    public void A_byte_changed_anywhere_is_read_or_refused_and_nothing_worse() =>
        Logs.Where(l => l.Length > 0).Select(Gen.Int[0, 1_000_000], Gen.Byte).Sample((logs, at, value) =>
        {
            var json = Json(logs);
            json[at % json.Length] = value;
            if (Record.Exception(() => Read(json)) is { } failure) Assert.Equal(ChainErrorKind.Inconsistent, Assert.IsType<ChainException>(failure).Kind);
        });

    [Theory]
    [InlineData("12")]
    [InlineData("[12]")]
    [InlineData("[[]]")]
    [InlineData("[{}]")]
    [InlineData("[] 1")]
    [InlineData("[{\"data\":\"0x\",\"data\":\"0x\"}]")]
    [InlineData("[{\"topics\":\"0x\"}]")]
    [InlineData("[{\"topics\":[\"0x00\"]}]")]
    [InlineData("[{\"address\":null}]")]
    [InlineData("[{\"blockNumber\":\"0x10000000000000000\"}]")]
    [InlineData("[{\"logIndex\":\"0x100000000\"}]")]
    [InlineData("[{\"logIndex\":\"0x\"}]")]
    public void Something_other_than_logs_is_refused(string json) => Refused(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Five_topics_too_many_data_and_too_many_logs_are_refused()
    {
        var log = new Given(1, 2, [default], [], default, false);
        Refused(Json([log with { Topics = [default, default, default, default, default] }]));
        Refused(Json([log with { Data = [.. new byte[LogReader.DataBytesMax + 1]] }]));
        Refused(Json([.. Enumerable.Repeat(log, 11)]));
        Assert.Equal(10, Read(Json([.. Enumerable.Repeat(log, 10)])).Count);
    }

    private static void Refused(ReadOnlyMemory<byte> json) =>
        Assert.Equal(ChainErrorKind.Inconsistent, Assert.Throws<ChainException>(() => Read(json)).Kind);

    private static List<Given> Read(ReadOnlyMemory<byte> json)
    {
        var reader = new LogReader(json.Span, countMax: 10);
        var read = new List<Given>();
        while (reader.Next())
        {
            var place = reader.Place;
            var words = reader.Words;
            var topics = ImmutableArray.CreateBuilder<Hash32>();
            for (var rest = words.Topics; !rest.IsEmpty; rest = rest[Hash32.Size..]) topics.Add(new Hash32(rest[..Hash32.Size]));
            read.Add(new Given(place.Block, place.Index, topics.ToImmutable(), [.. words.Data], place.BlockHash, place.Removed));
        }
        return read;
    }

    private static string Text(Given log) => string.Create(CultureInfo.InvariantCulture,
        $"{log.Block} {log.Index} {string.Join(' ', log.Topics)} {Convert.ToHexString([.. log.Data])} {log.BlockHash} {log.Removed}");

    private static byte[] Json(IEnumerable<Given> logs) => Encoding.UTF8.GetBytes(new JsonArray([.. logs.Select(log => new JsonObject
    {
        ["address"] = "0x00000000000000000000000000000000000000aa",
        ["topics"] = new JsonArray([.. log.Topics.Select(t => JsonValue.Create($"0x{t}"))]),
        ["data"] = "0x" + Convert.ToHexStringLower([.. log.Data]),
        ["blockNumber"] = Quantity(log.Block),
        ["blockHash"] = $"0x{log.BlockHash}",
        ["logIndex"] = Quantity(log.Index),
        ["transactionHash"] = $"0x{log.BlockHash}",
        ["transactionIndex"] = "0x0",
        ["unheardOf"] = new JsonObject { ["data"] = new JsonArray(1, 2) },
        ["removed"] = log.Removed,
    })]).ToJsonString());

    private static string Quantity(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");

    private sealed record Given(ulong Block, uint Index, ImmutableArray<Hash32> Topics, ImmutableArray<byte> Data, Hash32 BlockHash, bool Removed);
}
