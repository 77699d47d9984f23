using System.Xml.Linq;
using Xunit;

namespace SwarmCompute.House.Tests;

/// <summary>Who may use whom: the table of ARCHITECTURE.md.</summary>
public sealed class ReferencesTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Primitives"] = [],
        ["Attestation"] = ["Primitives"],
        ["Chain"] = ["Primitives", "AbiGenerator"],         // a tool of the build; nothing of it is in the assembly
        ["Cvm"] = ["Primitives"],
        ["EmbeddedStore"] = ["Primitives"],
        ["Vault"] = ["Primitives", "Attestation"],
        ["Overlay"] = ["Primitives", "Attestation"],
        ["Inference"] = ["Primitives", "Overlay"],
        ["Grains.Interfaces"] = ["Primitives"],
        ["Grains"] = ["Primitives", "Grains.Interfaces", "Attestation", "Chain"],
        ["Guest"] = ["Primitives", "Attestation", "Vault", "Overlay", "Inference"],
        ["Silo"] = ["Primitives", "Grains", "Grains.Interfaces", "Cvm", "Chain", "Overlay", "EmbeddedStore"],
        ["Client"] = ["Primitives", "Attestation", "Chain", "Vault", "EmbeddedStore"],
    };

    public static TheoryData<string> Rooms => [.. Directory.GetDirectories(Path.Combine(Checkout.Root, "src")).Select(d => Path.GetFileName(d)).Order()];

    [Theory, MemberData(nameof(Rooms))]
    public void A_room_uses_only_the_rooms_below_it(string room) => Assert.Empty(References("src", room).Except(MayUse[room]));

    [Fact]
    public void No_library_outside_the_grains_and_the_silo_knows_orleans()
    {
        var offenders = Checkout.Files("src", ".cs").Where(f => !Room(f).StartsWith("Grains", StringComparison.Ordinal) && Room(f) != "Silo")
            .Where(f => File.ReadLines(f).Any(l => l.StartsWith("using Orleans", StringComparison.Ordinal)));
        Assert.Empty(offenders.Select(Checkout.Relative));
    }

    [Fact]
    public void No_room_knows_what_searches_and_measures_it()
    {
        string[] above = ["Fuzz", "Bench"];
        Assert.All(MayUse.Keys, room => Assert.Empty(References("src", room).Intersect(above)));
        Assert.Empty(References(Path.Combine("fuzz", "Fuzz.csproj")).Except(["Attestation", "Guest"]));
    }

    [Fact]
    public void Every_room_has_its_tests()
    {
        var rooms = MayUse.Keys.Except(["Grains.Interfaces"]);
        Assert.All(rooms, room => Assert.True(File.Exists(Path.Combine(Checkout.Root, "tests", room + ".Tests", room + ".Tests.csproj")), room));
    }

    [Fact]
    public void Every_test_project_is_built_by_swarm_test()
    {
        var filter = File.ReadAllText(Path.Combine(Checkout.Root, "build", "Tests.slnf"));
        var projects = Checkout.Files("tests", ".csproj").Select(f => Checkout.Relative(f).Replace("/", @"\\", StringComparison.Ordinal));
        Assert.All(projects, project => Assert.Contains(project, filter, StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(string folder, string project) => References(Path.Combine(folder, project, project + ".csproj"));

    private static IEnumerable<string> References(string file) =>
        XDocument.Load(Path.Combine(Checkout.Root, file)).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));

    private static string Room(string file) => Checkout.Relative(file).Split('/')[1];
}
