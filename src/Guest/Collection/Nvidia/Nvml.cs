using System.Runtime.InteropServices;
using System.Text;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Collection.Nvidia;

/// <summary>NVIDIA's library for its driver, found when it is needed (nvml.h, NVML 12).</summary>
internal sealed class Nvml : INvml
{
    /// <summary>The library's name, as the driver installs it.</summary>
    public const string DefaultLibrary = "libnvidia-ml.so.1";

    // nvmlReturn_t: no GPU, or no driver for one, is an answer and no fault.
    private const int Success = 0, NotFound = 6, DriverNotLoaded = 9;

    // NVML_DEVICE_UUID_V2_BUFFER_SIZE.
    private const int UuidSize = 96;

    private readonly nint _library;

    private Nvml(nint library) => _library = library;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Plain();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int WithNumber(ref uint number);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int WithBuffer([In, Out] byte[] buffer);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int WithHandle(uint index, ref nint device);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int OfDevice(nint device, [In, Out] byte[] buffer);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int OfDeviceWithLength(nint device, [In, Out] byte[] buffer, uint length);

    /// <summary>Opens a session; null where there is no library, no driver or no GPU.</summary>
    /// <param name="library">The library's name or path.</param>
    /// <exception cref="GuestException">The library is another one, or does not start.</exception>
    public static Nvml? TryOpen(string library = DefaultLibrary)
    {
        if (!NativeLibrary.TryLoad(library, out var handle)) return null;
        var nvml = new Nvml(handle);
        try
        {
            var code = nvml.Function<Plain>("nvmlInit_v2")();
            if (code == Success) return nvml;
            NativeLibrary.Free(handle);
            return code is DriverNotLoaded or NotFound ? null : throw Fault("nvmlInit_v2", code);
        }
        catch (EntryPointNotFoundException)
        {
            NativeLibrary.Free(handle);
            throw new GuestException($"{library} has no nvmlInit_v2: it is not NVIDIA's library. Install the driver's own.");
        }
    }

    /// <inheritdoc/>
    public NvidiaDeviceState State()
    {
        var settings = NvmlBuffers.NewSettings();
        if (NativeLibrary.TryGetExport(_library, "nvmlSystemGetConfComputeSettings", out _)
            && Function<WithBuffer>("nvmlSystemGetConfComputeSettings")(settings) == Success) return NvmlBuffers.Settings(settings);
        // Older drivers know the state only.
        var state = NvmlBuffers.NewState();
        Check("nvmlSystemGetConfComputeState", f => Function<WithBuffer>(f)(state));
        return NvmlBuffers.State(state);
    }

    /// <inheritdoc/>
    public int Count()
    {
        var count = 0u;
        Check("nvmlDeviceGetCount_v2", f => Function<WithNumber>(f)(ref count));
        return (int)Math.Min(count, int.MaxValue);
    }

    /// <inheritdoc/>
    public string Uuid(int index)
    {
        var text = new byte[UuidSize];
        var device = Device(index);
        Check("nvmlDeviceGetUUID", f => Function<OfDeviceWithLength>(f)(device, text, UuidSize));
        var end = text.AsSpan().IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? text : text.AsSpan(0, end));
    }

    /// <inheritdoc/>
    public byte[] Report(int index, Hash32 nonce)
    {
        var report = NvmlBuffers.NewReport(nonce);
        var device = Device(index);
        Check("nvmlDeviceGetConfComputeGpuAttestationReport", f => Function<OfDevice>(f)(device, report));
        return NvmlBuffers.Report(report) ?? throw new GuestException($"NVIDIA's driver gave a report of GPU {index} of no length that it can have.");
    }

    /// <inheritdoc/>
    public byte[] Chain(int index)
    {
        var certificates = NvmlBuffers.NewCertificates();
        var device = Device(index);
        Check("nvmlDeviceGetConfComputeGpuCertificate", f => Function<OfDevice>(f)(device, certificates));
        return NvmlBuffers.Chain(certificates) ?? throw new GuestException($"NVIDIA's driver gave certificates of GPU {index} of no length that they can have.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The library stays loaded: a thread that was given up may still be in it.
        if (NativeLibrary.TryGetExport(_library, "nvmlShutdown", out var shutdown)) Marshal.GetDelegateForFunctionPointer<Plain>(shutdown)();
    }

    private nint Device(int index)
    {
        nint device = 0;
        Check("nvmlDeviceGetHandleByIndex_v2", f => Function<WithHandle>(f)((uint)index, ref device));
        return device;
    }

    private T Function<T>(string name) where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(_library, name));

    private static void Check(string name, Func<string, int> call)
    {
        try
        {
            var code = call(name);
            if (code != Success) throw Fault(name, code);
        }
        catch (EntryPointNotFoundException fault)
        {
            throw new GuestException($"NVIDIA's driver has no {name}: it is too old for confidential computing. Install 535 or later.", fault);
        }
    }

    private static GuestException Fault(string name, int code) =>
        new($"NVIDIA's driver answered {name} with {code}{(code switch { 3 => " (not supported)", 4 => " (no permission)", 15 => " (GPU is lost)", _ => "" })}.");
}
