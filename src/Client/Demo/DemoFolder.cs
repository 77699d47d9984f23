using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Demo;

/// <summary>The demo's folder: one demo at a time; keys and state are gone afterwards, logs and the report stay.</summary>
internal sealed class DemoFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;
    private readonly string _path;

    private DemoFolder(string path, FileStream fileLock)
    {
        _path = path;
        _lock = fileLock;
        DeleteRun();
        Directory.CreateDirectory(Run, OwnerOnly);
        if (Directory.Exists(Logs)) Directory.Delete(Logs, recursive: true);
        Directory.CreateDirectory(Logs);
    }

    /// <summary>What this run alone needs: keys, configuration, state. Deleted at the end.</summary>
    public string Run => Path.Combine(_path, "run");

    public string Logs => Path.Combine(_path, "logs");

    /// <summary>Models by hash; kept, so that the next demo need not copy them.</summary>
    public string Assets => Path.Combine(_path, "assets");

    /// <summary>The signed report of the last demo.</summary>
    public string Report => Path.Combine(_path, "report.json");

    /// <summary>Takes the folder for this process.</summary>
    /// <exception cref="CommandException">Another demo holds it, or it cannot be written.</exception>
    public static DemoFolder Take(string path)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            return new DemoFolder(path, Lock(path));
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"the folder {path} cannot be used ({denied.Message.TrimEnd('.')}); delete it, or name another with --folder", denied);
        }
    }

    /// <summary>A path in the run folder.</summary>
    public string InRun(params string[] parts) => Path.Combine([Run, .. parts]);

    /// <summary>Writes a file of the run that only this user may read.</summary>
    public string Write(string name, byte[] bytes)
    {
        var path = InRun(name);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(bytes);
        return path;
    }

    public void Dispose()
    {
        DeleteRun();
        _lock.Dispose();
    }

    private static FileStream Lock(string path)
    {
        var file = Path.Combine(path, "lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (File.Exists(file))
        {
            throw new CommandException($"another demo runs in {path}; wait for its end, stop it with Ctrl-C there, or give this one a folder of its own with --folder", taken);
        }
    }

    private void DeleteRun()
    {
        if (Directory.Exists(Run)) Directory.Delete(Run, recursive: true);
    }
}
