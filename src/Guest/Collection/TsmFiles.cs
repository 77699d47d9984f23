namespace SwarmCompute.Guest.Collection;

/// <summary>The kernel's evidence interface where configfs is mounted.</summary>
/// <param name="root">The directory of reports.</param>
internal sealed class TsmFiles(string root = TsmFiles.DefaultRoot) : ITsmFiles
{
    /// <summary>Where Linux distributions mount configfs, and in it the kernel's name for the interface.</summary>
    public const string DefaultRoot = "/sys/kernel/config/tsm/report";

    // Linux, asm-generic/errno-base.h and errno.h; .NET leaves the number in HResult.
    private const int Interrupted = 4, NoDevice = 6, Again = 11, Busy = 16, NoTypewriter = 25, FileTooBig = 27, TimedOut = 110;

    /// <inheritdoc/>
    public bool IsPresent => Directory.Exists(root);

    /// <inheritdoc/>
    public void MakeDirectory(string name) => Call(name, "", path =>
    {
        // Directory.CreateDirectory takes one that is there for success; an entry must be this collection's alone.
        if (Directory.Exists(path)) throw new IOException("it is there already");
        if (!Directory.Exists(root)) throw new DirectoryNotFoundException("the kernel has no such interface");
        Directory.CreateDirectory(path);
        return true;
    });

    /// <inheritdoc/>
    public void RemoveDirectory(string name) => Call(name, "", path =>
    {
        Directory.Delete(path);
        return true;
    });

    /// <inheritdoc/>
    public void Write(string name, string attribute, ReadOnlySpan<byte> bytes)
    {
        var written = bytes.ToArray();
        Call(name, attribute, path =>
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.Write(file, written, 0);
            return true;
        });
    }

    /// <inheritdoc/>
    public byte[] Read(string name, string attribute, int bytesMax) => Call(name, attribute, path =>
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var buffer = new byte[bytesMax + 1];          // the files say that they have no length, or a page: only reading tells
        var length = 0;
        while (length < buffer.Length && RandomAccess.Read(file, buffer.AsSpan(length), length) is > 0 and var count) length += count;
        if (length > bytesMax) throw new TsmException(TsmFault.TooLarge, $"{path} has more than {bytesMax} bytes");
        return buffer[..length];
    });

    /// <summary>What an exception of a file operation stands for.</summary>
    public static TsmFault FaultOf(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => TsmFault.Missing,
        UnauthorizedAccessException => TsmFault.Denied,
        ArgumentOutOfRangeException => TsmFault.TooLarge,          // what .NET makes of EFBIG
        IOException { HResult: Interrupted or Again or Busy or TimedOut } => TsmFault.Passing,
        IOException { HResult: NoDevice or NoTypewriter } => TsmFault.NoDriver,
        IOException { HResult: FileTooBig } => TsmFault.TooLarge,
        _ => TsmFault.Other,
    };

    private T Call<T>(string name, string attribute, Func<string, T> call)
    {
        var path = Path.Combine(root, name, attribute);
        try
        {
            return call(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw new TsmException(FaultOf(fault), $"{path}: {GuestLog.OneLine(fault.Message)}", fault);
        }
    }
}
