namespace SwarmCompute.Guest.Loader;

/// <summary>The guest's own folder below its work directory; nothing of it is left when the guest ends.</summary>
internal sealed class WorkFiles
{
    private readonly string _directory;

    private WorkFiles(string directory) => _directory = directory;

    /// <summary>Where the stage's layers are put until they are loaded.</summary>
    public string StageFile => Path.Combine(_directory, "stage.gguf");

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
