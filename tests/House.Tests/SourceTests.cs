using System.Text.RegularExpressions;
using Xunit;

namespace SwarmCompute.House.Tests;

/// <summary>What no compiler checks about the sources.</summary>
public sealed partial class SourceTests
{
    private static readonly string[] Sources = [.. Checkout.Files("src", ".cs"), .. Checkout.Files("tests", ".cs"), .. Checkout.Files("tools", ".cs"), .. Checkout.Files("fuzz", ".cs")];

    [Fact]
    public void Nothing_is_left_to_do() => Assert.Empty(Lines(Sources.Concat(Checkout.Files("contracts", ".sol")), ToDo()));

    [Fact]
    public void No_region_hides_code() => Assert.Empty(Lines(Sources, Region()));

    [Fact]
    public void No_test_is_skipped() => Assert.Empty(Lines(Checkout.Files("tests", ".cs"), Skip()));

    [Fact]
    public void No_analyzer_is_silenced_in_a_room() => Assert.Empty(Lines(Checkout.Files("src", ".cs"), Silenced()));

    [Fact]
    public void No_thread_waits_for_a_task() => Assert.Empty(Lines(Checkout.Files("src", ".cs"), Blocking()));

    [Fact]
    public void No_file_names_a_folder_of_one_machine()
    {
        var files = Sources.Concat(Checkout.Files("", ".md", ".json", ".yml", ".yaml", ".props", ".csproj", ".targets", ".slnf")).Append(Path.Combine(Checkout.Root, "swarm"));
        Assert.Empty(Lines(files.Where(f => !f.EndsWith("package-lock.json", StringComparison.Ordinal)), OneMachine()));
    }

    [Fact]
    public void A_file_declares_one_public_type()
    {
        var offenders = Checkout.Files("src", ".cs").Select(f => (File: f, Types: TopLevelTypes(f))).Where(x => x.Types.Count > 1);
        Assert.Empty(offenders.Select(x => $"{Checkout.Relative(x.File)}: {string.Join(", ", x.Types)}"));
    }

    [Fact]
    public void A_public_type_lies_in_the_file_of_its_name()
    {
        var offenders = Checkout.Files("src", ".cs").Select(f => (File: f, Types: TopLevelTypes(f)))
            .Where(x => x.Types.Count == 1 && Path.GetFileName(x.File).Split('.')[0] != x.Types[0]);
        Assert.Empty(offenders.Select(x => $"{Checkout.Relative(x.File)}: {x.Types[0]}"));
    }

    private static IEnumerable<string> Lines(IEnumerable<string> files, Regex wrong) =>
        from file in files
        where !file.EndsWith($"/{nameof(SourceTests)}.cs", StringComparison.Ordinal)
        from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
        where wrong.IsMatch(line.Text)
        select $"{Checkout.Relative(file)}:{line.Number}: {line.Text.Trim()}";

    private static List<string> TopLevelTypes(string file) =>
        [.. File.ReadLines(file).Select(l => PublicType().Match(l)).Where(m => m.Success).Select(m => m.Groups["name"].Value).Distinct()];

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex ToDo();

    [GeneratedRegex(@"^\s*#region")]
    private static partial Regex Region();

    [GeneratedRegex(@"\bSkip\s*=")]
    private static partial Regex Skip();

    [GeneratedRegex(@"#pragma warning disable|SuppressMessage")]
    private static partial Regex Silenced();

    [GeneratedRegex(@"\.GetAwaiter\(\)\.GetResult\(\)|\bThread\.Sleep\b|\)\.Wait\(\)|\)\.Result\b")]
    private static partial Regex Blocking();

    [GeneratedRegex(@"(?<![\w.$}/~-])/(work|home|root|Users)/\w")]
    private static partial Regex OneMachine();

    [GeneratedRegex(@"^public (?:(?:abstract|sealed|static|partial|readonly|unsafe|ref) )*(?:class|record struct|record class|record|struct|interface|enum|delegate [\w<>?.]+) (?<name>\w+)")]
    private static partial Regex PublicType();
}
