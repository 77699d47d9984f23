namespace SwarmCompute.Silo.Tests.Support;

/// <summary>Where Debian's packages put servers.</summary>
internal static class ServerBinary
{
    /// <summary>The path of a program.</summary>
    /// <exception cref="InvalidOperationException">Its package is not installed.</exception>
    public static string Find(string name, string package)
    {
        string[] folders = [.. Versions(), "/usr/bin", "/usr/sbin", "/usr/local/bin"];
        return folders.Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"{name} is missing: install the package {package}, or run ./swarm test, which does.");
    }

    // Newest first.
    private static IEnumerable<string> Versions() => !Directory.Exists("/usr/lib/postgresql")
        ? []
        : Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var v) ? v : 0).Select(d => Path.Combine(d, "bin"));
}
