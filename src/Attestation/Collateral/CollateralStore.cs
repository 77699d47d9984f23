namespace SwarmCompute.Attestation;

/// <summary>
/// The cache's directory: one file an item, whole or not at all, for its owner alone. Several processes may share it: a file is written beside
/// and renamed, so that a reader sees the old one or the new one; what cannot be read is as if it were not there.
/// </summary>
internal sealed class CollateralStore(string directory, CollateralOptions options, TimeProvider time)
{
    private const string Ending = ".json", HalfEnding = ".tmp";
    private const int FileBytesMax = 2 * CollateralItem.BodyBytesMax;
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan HalfAgeMax = TimeSpan.FromHours(1);

    /// <summary>The item of a key; null where there is none that can be read.</summary>
    public CollateralItem? Read(CollateralKey key) => ReadFile(PathOf(key)) is { } item && item.Key == key ? item : null;

    /// <summary>All items that can be read, at most as many as there may be.</summary>
    public IEnumerable<CollateralItem> All()
    {
        foreach (var file in Files().OrderBy(f => f.Name, StringComparer.Ordinal).Take(options.ItemsMax))
            if (ReadFile(file.FullName) is { } item && PathOf(item.Key) == file.FullName) yield return item;
    }

    /// <summary>Keeps an item; null, or why it could not be kept.</summary>
    public string? Write(CollateralItem item)
    {
        var half = Path.Combine(Path.GetFullPath(directory), $".{Guid.NewGuid():n}{HalfEnding}");
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
            else Directory.CreateDirectory(directory, OwnersFile | UnixFileMode.UserExecute);
            WriteWhole(half, new CollateralBundle([item]).Write());
            File.Move(half, PathOf(item.Key), overwrite: true);
            Sweep();
            return null;
        }
        catch (Exception e) when (IsProblem(e))
        {
            Remove(half);
            return $"{directory} cannot be written ({e.Message.TrimEnd('.')})";
        }
    }

    private static void WriteWhole(string path, byte[] bytes)
    {
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = OwnersFile;
        using var file = new FileStream(path, how);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    private static CollateralItem? ReadFile(string path)
    {
        try
        {
            // Pipes and devices have no length: they are not opened, for that could wait for ever.
            var info = new FileInfo(path);
            if (!info.Exists || info.LinkTarget is not null || info.Length is 0 or > FileBytesMax) return null;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[info.Length];
            file.ReadExactly(bytes);
            return CollateralBundle.Read(bytes, out _) is { Items: [var item] } ? item : null;
        }
        catch (Exception e) when (IsProblem(e))
        {
            return null;
        }
    }

    /// <summary>Forgets the oldest files where there are too many, and halves that a process left when it died.</summary>
    private void Sweep()
    {
        var files = Files().OrderByDescending(f => f.LastWriteTimeUtc).ToList();
        var (count, bytes) = (0, 0L);
        foreach (var file in files)
        {
            bytes += file.Length;
            if (++count > options.ItemsMax || bytes > options.DirectoryBytesMax) Remove(file.FullName);
        }
        foreach (var half in new DirectoryInfo(directory).EnumerateFiles($".*{HalfEnding}"))
            if (time.GetUtcNow() - half.LastWriteTimeUtc > HalfAgeMax) Remove(half.FullName);
    }

    private List<FileInfo> Files()
    {
        try
        {
            return [.. new DirectoryInfo(directory).EnumerateFiles($"*{Ending}").Where(f => f.Exists)];
        }
        catch (Exception e) when (IsProblem(e))
        {
            return [];
        }
    }

    private string PathOf(CollateralKey key) => Path.Combine(Path.GetFullPath(directory), key.Text.Replace('/', '+') + Ending);

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IsProblem(e))
        {
            // Another process removes it too, or nobody can; the next sweep tries again.
        }
    }

    private static bool IsProblem(Exception e) => e is IOException or UnauthorizedAccessException or NotSupportedException or System.Security.SecurityException;
}
