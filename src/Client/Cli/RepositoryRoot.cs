using System.Runtime.InteropServices;

namespace SwarmCompute.Client.Cli;

/// <summary>The checkout that this program was built in: where the models, the native programs and the other rooms' executables are.</summary>
internal sealed class RepositoryRoot
{
    private RepositoryRoot(string path) => Path = path;

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>Walks up from this program's own folder.</summary>
    /// <exception cref="CommandException">This program does not lie in a checkout.</exception>
    public static RepositoryRoot Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "SwarmCompute.sln"))) return new RepositoryRoot(folder.FullName);
        throw new CommandException("this command works in a checkout of SwarmCompute only; run ./swarm there");
    }

    /// <summary>A path below the root.</summary>
    public string Below(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>The inference engine's libraries for this machine.</summary>
    public string NativeLibraries
    {
        get
        {
            var platform = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
            return Below("native", "node_modules", "@node-llama-cpp", platform, "bins", platform);
        }
    }

    /// <summary>Where the build puts a project's executable.</summary>
    public string Executable(string project) => Below("artifacts", "bin", project, "release", $"SwarmCompute.{project}");
}
