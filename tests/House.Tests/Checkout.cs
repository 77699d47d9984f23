namespace SwarmCompute.House.Tests;

/// <summary>The files of this checkout, without what builds and package managers put there.</summary>
internal static class Checkout
{
    private static readonly string[] Foreign = ["bin", "obj", "artifacts", "node_modules", ".git", ".swarm", "out", "cache"];

    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> Files(string under, params string[] endings) =>
        Walk(Path.Combine(Root, under)).Where(f => endings.Any(e => f.EndsWith(e, StringComparison.Ordinal))).Order(StringComparer.Ordinal);

    public static string Relative(string path) => Path.GetRelativePath(Root, path);

    private static IEnumerable<string> Walk(string folder) => !Directory.Exists(folder) ? [] :
        Directory.GetFiles(folder).Concat(Directory.GetDirectories(folder)
            .Where(d => !Foreign.Contains(Path.GetFileName(d)) && new DirectoryInfo(d).LinkTarget is null).SelectMany(Walk));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "SwarmCompute.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}
