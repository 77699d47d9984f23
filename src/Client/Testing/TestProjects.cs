using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Testing;

/// <summary>The test projects of a checkout.</summary>
internal static class TestProjects
{
    /// <summary>Projects that start services or whole swarms; <c>unit</c> leaves them out. They run last.</summary>
    private static readonly string[] Slow = ["Chain.Tests", "EmbeddedStore.Tests", "Overlay.Tests", "Guest.Tests", "Silo.Tests", "EndToEnd"];

    /// <summary>The names of the projects that are meant.</summary>
    /// <exception cref="CommandException">No project has this name.</exception>
    public static IReadOnlyList<string> Select(RepositoryRoot root, string what)
    {
        var all = Directory.GetDirectories(root.Below("tests")).Select(d => Path.GetFileName(d))
            .Where(name => name != "TestKit" && File.Exists(root.Below("tests", name, name + ".csproj")))
            .OrderBy(name => Array.IndexOf(Slow, name)).ThenBy(name => name, StringComparer.Ordinal).ToList();
        if (what == "all") return all;
        if (what == "unit") return [.. all.Except(Slow)];
        var room = all.Where(name => Same(name, what) || Same(name, what + ".Tests")).ToList();
        return room.Count > 0 ? room : throw new CommandException($"there are no tests named '{what}'; give all, unit, or one of {string.Join(", ", all)}");
    }

    private static bool Same(string name, string what) => name.Equals(what, StringComparison.OrdinalIgnoreCase);
}
