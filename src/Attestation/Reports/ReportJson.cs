using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>The JSON form of an integrity report: every member is required, none other is allowed, every value has one spelling.</summary>
public static class ReportJson
{
    private const int Version = 1;
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>The canonical form (RFC 8785). Times are cut to milliseconds.</summary>
    public static byte[] ToCanonicalBytes(IntegrityReport report) => CanonicalJson.Serialize(Write(report));

    /// <summary>Reads a report.</summary>
    /// <exception cref="FormatException">A member is missing, unknown, or spelled in another way; the message is one line.</exception>
    public static IntegrityReport Read(JsonObject members)
    {
        var fields = new ReportFields(members);
        if (fields.Integer("version") != Version) throw new FormatException($"Report version {fields.Integer("version")} is not known.");
        var report = new IntegrityReport
        {
            Evidence = fields.Text("evidence"),
            EvidenceMeaning = fields.Text("evidenceMeaning"),
            ChainId = (ulong)fields.Integer("chainId"),
            OrderBook = Address.Parse(fields.Text("orderBook")),
            Order = OrderId.Parse(fields.Text("order")),
            ManifestHash = fields.Hash("manifestHash"),
            Model = fields.Hash("model"),
            Engine = fields.Text("engine"),
            Measurement = fields.Hash("measurement"),
            Started = Time(fields.Text("started")),
            Finished = Time(fields.Text("finished")),
            Stages = [.. fields.Objects("stages", IntegrityReport.ListedMax).Select(ReadStage)],
            Completions = [.. fields.Objects("completions", IntegrityReport.ListedMax).Select(ReadCompletion)],
            Totals = ReadTotals(new ReportFields(fields.Object("totals"))),
            Units = (ulong)fields.Integer("units"),
        };
        return ToCanonicalBytes(report).AsSpan().SequenceEqual(CanonicalJson.Serialize(members))
            ? report
            : throw new FormatException("The report has unknown members, or a value in another spelling.");
    }

    internal static JsonObject Write(IntegrityReport report) => new()
    {
        ["version"] = Version,
        ["evidence"] = report.Evidence,
        ["evidenceMeaning"] = report.EvidenceMeaning,
        ["chainId"] = report.ChainId,
        ["orderBook"] = report.OrderBook.ToString(),
        ["order"] = report.Order.ToString(),
        ["manifestHash"] = report.ManifestHash.ToString(),
        ["model"] = report.Model.ToString(),
        ["engine"] = report.Engine,
        ["measurement"] = report.Measurement.ToString(),
        ["started"] = Text(report.Started),
        ["finished"] = Text(report.Finished),
        ["stages"] = new JsonArray([.. report.Stages.Select(WriteStage)]),
        ["completions"] = new JsonArray([.. report.Completions.Select(WriteCompletion)]),
        ["totals"] = new JsonObject
        {
            ["stages"] = report.Totals.Stages,
            ["completions"] = report.Totals.Completions,
            ["promptTokens"] = report.Totals.PromptTokens,
            ["completionTokens"] = report.Totals.CompletionTokens,
        },
        ["units"] = report.Units,
    };

    private static JsonObject WriteStage(ReportStage stage) => new()
    {
        ["slot"] = stage.Slot,
        ["epoch"] = stage.Epoch.ToString(),
        ["provider"] = stage.Provider.ToString(),
        ["layers"] = string.Create(CultureInfo.InvariantCulture, $"{stage.LayerFirst}-{stage.LayerLast}"),
        ["keyHash"] = stage.KeyHash.ToString(),
        ["from"] = Text(stage.From),
        ["until"] = stage.Until is { } until ? Text(until) : null,
    };

    private static JsonObject WriteCompletion(ReportCompletion completion) => new()
    {
        ["promptTokens"] = completion.PromptTokens,
        ["completionTokens"] = completion.CompletionTokens,
        ["promptHash"] = completion.PromptHash.ToString(),
        ["outputHash"] = completion.OutputHash.ToString(),
        ["resumedTokens"] = completion.ResumedTokens,
    };

    private static ReportStage ReadStage(JsonObject members)
    {
        var fields = new ReportFields(members);
        var lease = LeaseId.Parse(string.Create(CultureInfo.InvariantCulture, $"1/{fields.Integer("slot")}"));
        var layers = fields.Text("layers").Split('-');
        if (layers.Length != 2) throw new FormatException("'layers' must be FIRST-LAST.");
        return new ReportStage(
            lease.Slot, new LeaseEpoch(Number<uint>(fields.Text("epoch"))), Address.Parse(fields.Text("provider")),
            Number<ushort>(layers[0]), Number<ushort>(layers[1]), fields.Hash("keyHash"), Time(fields.Text("from")),
            fields.IsNull("until") ? null : Time(fields.Text("until")));
    }

    private static ReportCompletion ReadCompletion(JsonObject members)
    {
        var fields = new ReportFields(members);
        return new ReportCompletion(
            fields.Integer("promptTokens"), fields.Integer("completionTokens"), fields.Hash("promptHash"), fields.Hash("outputHash"),
            fields.Integer("resumedTokens"));
    }

    private static ReportTotals ReadTotals(ReportFields fields) => new(
        fields.Integer("stages"), fields.Integer("completions"), fields.Integer("promptTokens"), fields.Integer("completionTokens"));

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.TryParseExact(text, TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new FormatException($"'{text}' is not a time of the form 2026-01-31T23:59:59.999Z.");

    private static T Number<T>(string text) where T : struct, System.Numerics.INumberBase<T> =>
        T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{text}' is not a number in range.");
}
