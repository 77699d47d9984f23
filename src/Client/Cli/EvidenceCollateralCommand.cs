using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Evidence;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm evidence collateral fetch|bundle|show</c>: what vendors publish, fetched ahead and carried to where there is no network.</summary>
internal static class EvidenceCollateralCommand
{
    private const int Incomplete = 3, EvidenceBytesMax = 128 * 1024;

    public static Command Create() => new("collateral", "Fetches, carries and shows what vendors publish.") { Fetch(), Bundle(), Show() };

    private static Command Fetch()
    {
        var evidence = new Option<string?>("--evidence") { Description = "the quote, report or token of a CVM" };
        var type = new Option<string>("--type") { Description = $"auto, {string.Join(", ", EvidenceKind.All)}", DefaultValueFactory = _ => "auto" };
        var gpus = new Option<string[]>("--gpu") { Description = "a device beside it, REPORT:CHAIN, two files", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var hint = new Option<string?>("--host-certificates") { Description = "AMD: the certificates that the host gave, a table, PEM or DER" };
        var cache = Cache();
        var addresses = new CollateralAddresses();
        var root = Root();
        var json = Json();
        var command = new Command("fetch", "Fetches what the evidence is judged with into a cache. Exit code 0: all is there; 3: something could not be had.") { evidence, type, gpus, hint, cache, root, json };
        addresses.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var options = addresses.Read(parsed) with { Directory = parsed.GetRequiredValue(cache) };
            if (options.Faults() is [var fault, ..]) throw new CommandException(fault);
            using var http = HttpCollateralVendor.CreateHttp();
            await using var kept = new CollateralCache(options, RootsOf(parsed, root), new HttpCollateralVendor(http, options, TimeProvider.System), TimeProvider.System);
            var service = new CollateralService(kept, options, TimeProvider.System);
            var document = parsed.GetValue(evidence) is { } path ? InputFile.Read(path, EvidenceBytesMax, "a quote, report or token") : [];
            if (document.Length == 0 && parsed.GetRequiredValue(gpus).Length == 0) throw new CommandException("there is no evidence; give --evidence FILE or --gpu REPORT:CHAIN");
            var kind = document.Length == 0 ? "" : parsed.GetRequiredValue(type) is var named && named == "auto" ? EvidenceKind.Of(document) : named;
            if (kind == EvidenceKind.Nvidia) throw new CommandException("a device's report is given with its chain: --gpu REPORT:CHAIN");
            var certificates = parsed.GetValue(hint) is { } file ? InputFile.Read(file, EvidenceBytesMax, "the host's certificates") : null;
            var collected = await service.Collect(EvidenceBundle.TypeOf(kind), document, [.. parsed.GetRequiredValue(gpus).Select(Device)],
                certificates is null ? null : new ReadOnlyMemory<byte>?(certificates), cancel);
            Print(kept.Export(), collected.Problems, kept, parsed.GetValue(json));
            return collected.Problems.IsEmpty ? 0 : Incomplete;
        });
        return command;
    }

    private static Command Bundle()
    {
        var cache = Cache();
        var output = new Option<string>("--out") { Description = "the file to write", Required = true };
        var root = Root();
        var json = Json();
        var command = new Command("bundle", "Writes everything of a cache into one file.") { cache, output, root, json };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var kept = Offline(parsed.GetRequiredValue(cache), RootsOf(parsed, root));
            var bundle = kept.Export();
            if (bundle.Items.IsEmpty) throw new CommandException($"{parsed.GetRequiredValue(cache)} holds nothing that is a vendor's; fetch first");
            var bytes = bundle.Write();
            if (bytes.Length > CollateralBundle.BytesMax) throw new CommandException($"the bundle would have {bytes.Length} bytes; at most {CollateralBundle.BytesMax} are read");
            OutputFile.Write(parsed.GetRequiredValue(output), bytes);
            Print(bundle, [], kept, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static Command Show()
    {
        var source = new Argument<string>("source") { Description = "a bundle, or the directory of a cache" };
        var root = Root();
        var json = Json();
        var command = new Command("show", "Shows the items of a bundle or a cache: their ages and ends. Exit code 3 where one is not the vendor's.") { source, root, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var path = parsed.GetRequiredValue(source);
            await using var kept = Offline(Directory.Exists(path) ? path : null, RootsOf(parsed, root));
            var bundle = Directory.Exists(path)
                ? kept.Export()
                : CollateralBundle.Read(InputFile.Read(path, CollateralBundle.BytesMax, "a bundle"), out var fault) ?? throw new CommandException($"{path} is no bundle: {fault}");
            var problems = Directory.Exists(path) ? [] : kept.Add(bundle);
            Print(bundle, problems, kept, parsed.GetValue(json));
            return problems.IsEmpty ? 0 : Incomplete;
        });
        return command;
    }

    private static void Print(CollateralBundle bundle, ImmutableArray<CollateralProblem> problems, CollateralCache cache, bool isJson)
    {
        var now = TimeProvider.System.GetUtcNow();
        var items = bundle.Items.Select(i => (Item: i, Times: cache.Times(i, out _))).ToList();
        if (isJson)
        {
            Console.WriteLine(new JsonObject
            {
                ["items"] = new JsonArray([.. items.Select(i => new JsonObject
                {
                    ["key"] = i.Item.Key.Text,
                    ["bytes"] = i.Item.Body.Length,
                    ["fetchedAt"] = Time(i.Item.FetchedAt),
                    ["issuedAt"] = Time(i.Times?.IssuedAt),
                    ["endsAt"] = Time(i.Times?.EndsAt),
                    ["state"] = State(i.Times?.EndsAt, now),
                })]),
                ["problems"] = new JsonArray([.. problems.Select(p => new JsonObject { ["subject"] = p.Subject, ["why"] = p.Why, ["transient"] = p.IsTransient })]),
            }.ToJsonString());
            return;
        }
        foreach (var (item, times) in items)
            Console.WriteLine($"{item.Key}: {State(times?.EndsAt, now)}, fetched {Time(item.FetchedAt)}, made {Time(times?.IssuedAt) ?? "-"}, ends {Time(times?.EndsAt) ?? "-"}");
        foreach (var problem in problems) Console.WriteLine($"MISSING {problem}{(problem.IsTransient ? " (try again later)" : "")}");
    }

    private static string State(DateTimeOffset? end, DateTimeOffset now) => end is not { } at ? "not the vendor's" : at < now ? "over" : "good";

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static DeviceEvidence Device(string pair) => pair.Split(':') is [var report, var chain]
        ? new(InputFile.Read(report, DeviceEvidence.ReportBytesMax, "a device's report"), InputFile.Read(chain, DeviceEvidence.ChainBytesMax, "a device's certificates"))
        : throw new CommandException($"--gpu is {pair}; give REPORT:CHAIN, two files");

    private static CollateralCache Offline(string? directory, TrustRoots roots) => new(new() { Directory = directory }, roots, vendor: null, TimeProvider.System);

    private static TrustRoots RootsOf(ParseResult parsed, Option<string?> root) =>
        EvidenceBundle.Roots(parsed.GetValue(root) is { } path ? EvidenceRoot.Read(path) : null);

    private static Option<string> Cache() => new("--cache") { Description = "the directory of the cache", Required = true };

    private static Option<string?> Root() => new("--root") { Description = "the root certificate that is trusted instead of the vendors'" };

    private static Option<bool> Json() => new("--json") { Description = "one JSON object on standard output" };
}
