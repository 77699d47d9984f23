namespace SwarmCompute.Guest.Loader;

/// <summary>The guest's own folder below its work directory; nothing of it is left when the guest ends.</summary>
internal sealed class WorkFiles
{
    private const int BufferBytes = 1 << 20;

    private readonly string _directory;

    private WorkFiles(string directory) => _directory = directory;

    /// <summary>
    /// A file for the stage's layers that only this process can read: it loses its name before anything is written, so that nothing of it is left
    /// however the guest ends.
    /// </summary>
    /// <exception cref="IOException">The work directory cannot be written.</exception>
    public FileStream OpenStageFile()
    {
        var path = Path.Combine(_directory, "stage.gguf");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,                  // it is opened once more, by its path in /proc
            BufferSize = BufferBytes,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        try
        {
            File.Delete(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The path of an open file without a name, for as long as it is open.</summary>
    /// <exception cref="GuestException">/proc is not there.</exception>
    public static string PathOf(FileStream file)
    {
        var path = VerifyModel.PathOf(file);
        return File.Exists(path) ? path : throw new GuestException($"The stage cannot be loaded: {path} is not there; mount /proc.");
    }

    /// <exception cref="GuestException">The work directory cannot be written.</exception>
    public static WorkFiles Create(string workDirectory)
    {
        try
        {
            var directory = Path.Combine(workDirectory, $"guest-{Guid.NewGuid():N}");
            Directory.CreateDirectory(directory);
            return new WorkFiles(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new GuestException($"The work directory {workDirectory} cannot be written: {fault.Message}", fault);
        }
    }

    /// <summary>Removes everything; repeated calls do nothing.</summary>
    public void Wipe()
    {
        try
        {
            Directory.Delete(_directory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // it is gone already
        }
    }
}
