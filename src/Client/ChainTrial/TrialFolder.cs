using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.ChainTrial;

/// <summary>The folder of one run: keys, state and logs; made anew, and gone afterwards but for the silo's log.</summary>
internal sealed class TrialFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _path;

    public TrialFolder(string path)
    {
        _path = path;
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            DeleteRun();
            Directory.CreateDirectory(Run, OwnerOnly);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"the folder {path} cannot be used ({denied.Message.TrimEnd('.')}); another run may be using it, or name another with --folder", denied);
        }
    }

    public string Run => Path.Combine(_path, "run");

    public string Log(int life) => Path.Combine(_path, System.FormattableString.Invariant($"silo-{life}.log"));

    public string InRun(string name) => Path.Combine(Run, name);

    /// <summary>Writes a file that only this user may read.</summary>
    public string Write(string name, byte[] bytes)
    {
        var path = InRun(name);
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        file.Write(bytes);
        return path;
    }

    public void Dispose() => DeleteRun();

    private void DeleteRun()
    {
        if (Directory.Exists(Run)) Directory.Delete(Run, recursive: true);
    }
}
