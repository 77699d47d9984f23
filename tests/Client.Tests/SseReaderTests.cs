using System.Text;
using CsCheck;
using SwarmCompute.Client.Inference;

namespace SwarmCompute.Client.Tests;

public sealed class SseReaderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_come_out_as_they_went_in_however_the_network_cuts_them() =>
        await Gen.Select(Gen.String[Gen.Char['a', 'z'], 0, 200].List[0, 10], Gen.Int[1, 7]).SampleAsync(async (lines, cut) =>
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => $"data: {l}\n\n")));
            Assert.Equal(lines, await Read(new CutStream(bytes, cut)));
        }, iter: 50);

    [Theory]
    [InlineData(": comment\ndata:a\r\n\r\nevent: x\ndata: b\n\n", "a|b")]
    [InlineData("data: a\n\ndata: half", "a")]
    [InlineData("data:  two spaces\n", " two spaces")]
    public async Task Comments_other_fields_and_unfinished_lines_are_passed_over(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', await Read(new MemoryStream(Encoding.UTF8.GetBytes(text)))));

    [Fact]
    public async Task A_line_that_does_not_end_is_refused()
    {
        await using var endless = new CutStream(new byte[2 * SseReader.LineBytesMax], 4096);
        await Assert.ThrowsAsync<SwarmException>(() => Read(endless));
    }

    private static async Task<List<string>> Read(Stream stream)
    {
        await using var reader = new SseReader(stream);
        var events = new List<string>();
        while (await reader.Next(Cancel) is { } data) events.Add(data);
        return events;
    }

    private sealed class CutStream(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(most, buffer.Length)], cancellationToken);
    }
}
