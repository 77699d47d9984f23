namespace SwarmCompute.TestKit;

/// <summary>Where the tests find what the repository holds.</summary>
public static class Repository
{
    /// <summary>The folder that holds SwarmCompute.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder below the root.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The executable of a project in src/, as the release build leaves it.</summary>
    public static string Executable(string project) =>
        PathOf("artifacts", "bin", project, "release", $"SwarmCompute.{project}");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "SwarmCompute.sln"))) return folder.FullName;
        throw new InvalidOperationException($"No SwarmCompute.sln above {AppContext.BaseDirectory}.");
    }
}
