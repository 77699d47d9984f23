using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;

namespace SwarmCompute.Silo.Configuration;

/// <summary>Collects what is wrong with one section, one line each: the key, what it is, and what to give instead.</summary>
internal sealed class FaultList(string section)
{
    private readonly List<string> _faults = [];

    public ValidateOptionsResult Result => _faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_faults);

    public void Require(bool holds, string key, object? value, string cure)
    {
        if (holds) return;
        var text = Convert.ToString(value, CultureInfo.InvariantCulture);
        _faults.Add(string.IsNullOrEmpty(text) ? $"{section}:{key} is missing; give {cure}." : $"{section}:{key} is {text}; give {cure}.");
    }

    /// <summary>As <see cref="Require"/>, for values that must not be shown.</summary>
    public void RequireSecret(bool holds, string key, string value, string cure)
    {
        if (!holds) _faults.Add(value.Length == 0 ? $"{section}:{key} is missing; give {cure}." : $"{section}:{key} is malformed; give {cure}.");
    }

    public void RequirePort(int port, string key, bool zeroIsFine) =>
        Require(port <= IPEndPoint.MaxPort && port >= (zeroIsFine ? 0 : 1), key, port, zeroIsFine ? "a port from 0 to 65535" : "a port from 1 to 65535");

    public void RequireAddress(string address, string key) => Require(IPAddress.TryParse(address, out _), key, address, "an IP address");

    public void RequireFile(string path, string key, string what) => Require(File.Exists(path), key, path, $"the path of {what}; there is no such file");

    public void RequireDirectory(string path, string key, string what) => Require(Directory.Exists(path), key, path, $"the path of {what}; there is no such folder");

    /// <summary>Whether a parser takes the text.</summary>
    public static bool Parses<T>(Func<T> parse)
    {
        try
        {
            parse();
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return false;
        }
    }
}
