using System.Security.Cryptography;

namespace SwarmCompute;

/// <summary>The folder of one store: locked while it is open (a killed process lets go), with the store's password in a file of its owner.</summary>
internal sealed class StoreDirectory : IDisposable
{
    private const int PasswordBytes = 32;
    private const int PasswordCharsMax = 128;
    private readonly FileStream _lock;

    private StoreDirectory(string path, FileStream lockFile, string password)
    {
        Path = path;
        _lock = lockFile;
        Password = password;
    }

    public string Path { get; }

    public string Password { get; }

    public static StoreDirectory Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            var lockFile = TakeLock(path);
            try
            {
                return new StoreDirectory(path, lockFile, ReadOrMakePassword(System.IO.Path.Combine(path, "password")));
            }
            catch
            {
                lockFile.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedStoreException($"The embedded store cannot use its directory {path}: {e.Message}", e);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream TakeLock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            throw new EmbeddedStoreException($"The directory {path} is in use by another embedded store; stop it, or give another directory.", e);
        }
    }

    private static string ReadOrMakePassword(string file)
    {
        if (File.Exists(file))
        {
            var kept = File.ReadAllText(file);
            if (kept.Length is > 0 and <= PasswordCharsMax && kept.All(char.IsAsciiHexDigit)) return kept;
            throw new EmbeddedStoreException($"{file} does not hold a store's password (hexadecimal); delete it, and a new one is made.");
        }
        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(PasswordBytes));
        var whole = file + ".new";
        var ownerOnly = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) ownerOnly.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(whole, ownerOnly)) writer.Write(password);
        File.Move(whole, file, overwrite: true);
        return password;
    }
}
