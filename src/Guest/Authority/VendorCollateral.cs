using System.Collections.Immutable;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>What an authority knows of the vendors: a cache that is filled from them, or a bundle alone.</summary>
internal sealed class VendorCollateral : IAsyncDisposable
{
    private readonly CollateralCache _cache;
    private readonly HttpClient? _http;

    private VendorCollateral(CollateralService service, CollateralCache cache, HttpClient? http) => (Service, _cache, _http) = (service, cache, http);

    public CollateralService Service { get; }

    /// <summary>Opens a folder, which is made where it is not there, or a bundle.</summary>
    /// <exception cref="GuestException">It cannot be used.</exception>
    public static VendorCollateral Open(string path, CollateralOptions options, TimeProvider time, GuestLog log)
    {
        try
        {
            return File.Exists(path) ? OfBundle(path, options, time, log) : OfVendors(options with { Directory = path }, time);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new GuestException($"--collateral {path} cannot be used: {fault.Message}", fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _cache.DisposeAsync();
        _http?.Dispose();
    }

    private static VendorCollateral OfVendors(CollateralOptions options, TimeProvider time)
    {
        Directory.CreateDirectory(options.Directory!);
        var http = HttpCollateralVendor.CreateHttp();
        var cache = new CollateralCache(options, TrustRoots.Vendors, new HttpCollateralVendor(http, options, time), time);
        return new VendorCollateral(new CollateralService(cache, options, time), cache, http);
    }

    private static VendorCollateral OfBundle(string path, CollateralOptions options, TimeProvider time, GuestLog log)
    {
        if (new FileInfo(path).Length > CollateralBundle.BytesMax) throw new GuestException($"--collateral {path} is longer than the {CollateralBundle.BytesMax} bytes that are read.");
        var bundle = CollateralBundle.Read(File.ReadAllBytes(path), out var fault) ?? throw new GuestException($"--collateral {path} is no bundle: {fault}");
        var cache = new CollateralCache(options, TrustRoots.Vendors, vendor: null, time);
        foreach (var problem in cache.Add(bundle)) log.Line($"--collateral {path}: {problem.Subject}: {problem.Why}");
        return new VendorCollateral(new CollateralService(cache, options, time), cache, http: null);
    }
}
