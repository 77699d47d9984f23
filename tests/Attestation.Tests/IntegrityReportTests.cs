using System.Text;
using CsCheck;
using SwarmCompute.TestKit;

namespace SwarmCompute.Attestation.Tests;

public sealed class IntegrityReportTests
{
    private static readonly Gen<Hash32> GenHash = Gen.Byte.Array[32].Select(b => new Hash32(b));

    private static readonly Gen<DateTimeOffset> GenTime =
        Gen.Long[0, 4_000_000_000_000].Select(ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));

    private static readonly Gen<ReportStage> GenStage =
        Gen.Select(Gen.Int[0, 15], Gen.UInt, Gen.Byte.Array[20], Gen.Int[0, 400], GenHash, GenTime, Gen.Bool).Select((slot, epoch, provider, layer, key, time, over) =>
            new ReportStage(slot, new LeaseEpoch(epoch), new Address(provider), layer, layer + 1, key, time, over ? time.AddDays(1) : null));

    private static readonly Gen<ReportCompletion> GenCompletion =
        Gen.Select(Gen.Long[0, 1 << 20], Gen.Long[0, 1 << 20], GenHash, GenHash, Gen.Long[0, 1 << 20]).Select((p, c, prompt, output, r) =>
            new ReportCompletion(p, c, prompt, output, r));

    private static readonly Gen<IntegrityReport> GenReport =
        Gen.Select(GenStage.Array[0, 5], GenCompletion.Array[0, 5], GenHash, GenTime, Gen.String[0, 20].Where(IsText), Gen.Long[0, CanonicalJson.IntegerMax])
            .Select((stages, completions, hash, time, text, number) => new IntegrityReport
            {
                Evidence = text,
                EvidenceMeaning = text,
                ChainId = (ulong)number,
                OrderBook = ReportCase.OrderBook,
                Order = new OrderId((ulong)number + 1),
                ManifestHash = hash,
                Model = hash,
                Engine = text,
                Measurement = hash,
                Started = time,
                Finished = time,
                Stages = [.. stages],
                Completions = [.. completions],
                Totals = new(number, number, number, number),
                Units = (ulong)number,
            });

    [Fact]
    public void A_report_is_read_back_as_it_was_written() => GenReport.Sample(report =>
    {
        var bytes = ReportJson.ToCanonicalBytes(report);
        var read = ReportJson.Read(CanonicalJson.ParseObject(bytes, SignedReport.BytesMax));
        Assert.Equal(bytes, ReportJson.ToCanonicalBytes(read));
        Assert.Equal(report.Hash, read.Hash);
        Assert.Equal(report.Stages, read.Stages);
        Assert.Equal(report.Completions, read.Completions);
    });

    [Fact]
    public void A_signed_report_is_read_back_as_it_was_written()
    {
        using var theCase = new ReportCase();
        var bytes = theCase.Signed.ToBytes();
        Assert.Equal(bytes, SignedReport.Parse(bytes).ToBytes());
    }

    [Fact]
    public void A_full_report_fits_a_file()
    {
        using var theCase = new ReportCase();
        var full = theCase.Report with
        {
            Stages = [.. Enumerable.Repeat(theCase.Report.Stages[1], IntegrityReport.ListedMax)],
            Completions = [.. Enumerable.Repeat(theCase.Report.Completions[0], IntegrityReport.ListedMax)],
        };
        var bytes = (theCase.Signed with { Report = full }).ToBytes();
        Assert.InRange(bytes.Length, 1, SignedReport.BytesMax);
        Assert.Equal(full.Hash, SignedReport.Parse(bytes).Report.Hash);
    }

    [Fact]
    public void The_canonical_form_never_changes() =>
        Golden.Equal("integrity-report.json", Encoding.UTF8.GetString(ReportJson.ToCanonicalBytes(Fixed)) + "\n");

    private static IntegrityReport Fixed { get; } = new()
    {
        Evidence = "development",
        EvidenceMeaning = DevelopmentEvidence.Meaning,
        ChainId = 31337,
        OrderBook = ReportCase.OrderBook,
        Order = ReportCase.Order,
        ManifestHash = ReportCase.Digest("manifest"),
        Model = ReportCase.Digest("model"),
        Engine = "llama.cpp 0.5.0-dev",
        Measurement = ReportCase.Digest("measurement"),
        Started = new DateTimeOffset(2026, 11, 23, 1, 2, 3, 4, TimeSpan.Zero),
        Finished = new DateTimeOffset(2026, 11, 23, 1, 3, 3, 0, TimeSpan.Zero),
        Stages = [new(0, new LeaseEpoch(1), ReportCase.Provider, 0, 3, ReportCase.Digest("key"), new DateTimeOffset(2026, 11, 23, 1, 2, 3, 4, TimeSpan.Zero), null)],
        Completions = [new(10, 20, ReportCase.Digest("prompt"), ReportCase.Digest("output"), 0)],
        Totals = new(1, 1, 10, 20),
        Units = 20,
    };

    private static bool IsText(string text) => !text.Any(char.IsSurrogate);
}
