using SwarmCompute.TestKit;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>A bug in a file of contracts/test/mutants: the file of contracts/src and the suite that must notice, then, after lines of dashes, a text that is in
/// that file once and what takes its place.</summary>
internal sealed record PlantedBug(string Name, string Source, string Suite, string Right, string Wrong)
{
    public static PlantedBug Read(string path)
    {
        var parts = File.ReadAllText(path).Split("---\n");
        Assert.Equal(3, parts.Length);
        var head = parts[0].Split('\n');
        return new(Path.GetFileNameWithoutExtension(path), head[0], head[1], parts[1].TrimEnd('\n'), parts[2].TrimEnd('\n'));
    }

    /// <summary>Makes a checkout in a folder, with as much of the contracts as the suite needs, and with the bug.</summary>
    public void Plant(string folder)
    {
        foreach (var part in new[] { "src", "examples", Path.Combine("test", "support") })
        {
            foreach (var file in Directory.GetFiles(Repository.PathOf("contracts", part), "*.sol", SearchOption.AllDirectories))
            {
                // The model of the invariants is large, and only their own suite needs it.
                if (!Path.GetFileName(file).StartsWith("Swarm", StringComparison.Ordinal)) Copy(file, folder);
            }
        }

        Copy(Repository.PathOf("contracts", "test", Suite + ".t.sol"), folder);
        Copy(Repository.PathOf("contracts", "foundry.toml"), folder);
        Copy(Repository.PathOf("contracts", "forge"), folder);
        Directory.CreateSymbolicLink(Path.Combine(folder, "native"), Repository.PathOf("native"));

        var source = Path.Combine(folder, "contracts", "src", Source);
        var text = File.ReadAllText(source);
        Assert.True(text.Split(Right).Length == 2, $"{Source} has not exactly one of what {Name} replaces.");
        File.WriteAllText(source, text.Replace(Right, Wrong, StringComparison.Ordinal));
    }

    private static void Copy(string file, string folder)
    {
        var target = Path.Combine(folder, "contracts", Path.GetRelativePath(Repository.PathOf("contracts"), file));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file, target);
    }
}
