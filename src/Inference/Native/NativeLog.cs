using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace SwarmCompute.Inference;

/// <summary>
/// The latest error lines that llama.cpp logged on this thread, at most 2,000 bytes, for the message of an exception: each thread has its
/// own, so that two loads at once do not take each other's reasons. Everything else that it logs is dropped: it is much, and parts of
/// prompts can occur in it.
/// </summary>
internal static unsafe class NativeLog
{
    private const int ErrorLevel = 4, ContinueLevel = 5, BytesMax = 2000;

    [ThreadStatic] private static byte[]? _kept;
    [ThreadStatic] private static int _length;
    [ThreadStatic] private static bool _inError;

    public static void Install()
    {
        Clear();
        NativeMethods.LogSet(&Write, null);
    }

    /// <summary>Forgets what was kept, and begins to keep this thread's lines.</summary>
    public static void Clear()
    {
        _kept ??= new byte[BytesMax];
        (_length, _inError) = (0, false);
    }

    /// <summary>What was kept since the last clearing, as one line; says so where there is nothing.</summary>
    public static string Take()
    {
        var text = Encoding.UTF8.GetString(_kept.AsSpan(0, _length));
        _length = 0;
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "llama.cpp gave no reason" : string.Join("; ", lines);
    }

    /// <summary>Called by native code, on any of its threads: allocates nothing and throws nothing.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(int level, byte* text, void* state)
    {
        if (text == null || _kept is not { } kept) return;
        if (level != ContinueLevel) _inError = level == ErrorLevel;
        if (!_inError) return;
        for (; *text != 0 && _length < kept.Length; text++) kept[_length++] = *text;
    }
}
