using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>The C functions of llama.cpp v0.5.0 that are used here. Libraries are found by <see cref="NativeLibraries"/>.</summary>
internal static unsafe partial class NativeMethods
{
    public const string Llama = "llama", Ggml = "ggml", GgmlBase = "ggml-base";

    [LibraryImport(Llama, EntryPoint = "llama_version"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* Version();

    [LibraryImport(Llama, EntryPoint = "llama_log_set"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void LogSet(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* state);

    [LibraryImport(Llama, EntryPoint = "llama_backend_init"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void BackendInit();

    [LibraryImport(Ggml, EntryPoint = "ggml_backend_load_all_from_path"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void BackendLoadAll(byte* directory);

    [LibraryImport(Ggml, EntryPoint = "ggml_backend_dev_count"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint DeviceCount();

    [LibraryImport(Llama, EntryPoint = "llama_model_default_params"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial LlamaModelParams ModelDefaults();

    [LibraryImport(Llama, EntryPoint = "llama_context_default_params"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial LlamaContextParams ContextDefaults();

    [LibraryImport(Llama, EntryPoint = "llama_model_load_from_file"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint LoadModel(byte* path, LlamaModelParams parameters);

    [LibraryImport(Llama, EntryPoint = "llama_model_free"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void FreeModel(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_model_n_embd"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int EmbeddingLength(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_model_n_layer"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Layers(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_model_get_vocab"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint Vocabulary(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_model_chat_template"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* ChatTemplate(nint model, byte* name);

    [LibraryImport(Llama, EntryPoint = "llama_chat_apply_template"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int ApplyChatTemplate(
        byte* template, LlamaChatMessage* messages, nuint count, [MarshalAs(UnmanagedType.U1)] bool addAssistant, byte* text, int length);

    [LibraryImport(Llama, EntryPoint = "llama_vocab_n_tokens"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int VocabularySize(nint vocabulary);

    [LibraryImport(Llama, EntryPoint = "llama_vocab_is_eog"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool IsEndToken(nint vocabulary, int token);

    [LibraryImport(Llama, EntryPoint = "llama_tokenize"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Tokenize(nint vocabulary, byte* text, int textBytes, int* tokens, int tokensMax,
        [MarshalAs(UnmanagedType.U1)] bool addSpecial, [MarshalAs(UnmanagedType.U1)] bool parseSpecial);

    [LibraryImport(Llama, EntryPoint = "llama_token_to_piece"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int TokenToPiece(
        nint vocabulary, int token, byte* text, int length, int spacesToDrop, [MarshalAs(UnmanagedType.U1)] bool special);

    [LibraryImport(Llama, EntryPoint = "llama_init_from_model"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint OpenContext(nint model, LlamaContextParams parameters);

    [LibraryImport(Llama, EntryPoint = "llama_free"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void FreeContext(nint context);

    [LibraryImport(Llama, EntryPoint = "llama_get_memory"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint Memory(nint context);

    [LibraryImport(Llama, EntryPoint = "llama_memory_clear"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void ClearMemory(nint memory, [MarshalAs(UnmanagedType.U1)] bool data);

    [LibraryImport(Llama, EntryPoint = "llama_memory_seq_cp"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void CopySequence(nint memory, int source, int destination, int first, int end);

    [LibraryImport(Llama, EntryPoint = "llama_memory_seq_rm"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool RemoveSequence(nint memory, int sequence, int first, int end);

    [LibraryImport(Llama, EntryPoint = "llama_state_seq_get_size"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint SequenceStateSize(nint context, int sequence);

    [LibraryImport(Llama, EntryPoint = "llama_state_seq_get_data"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint GetSequenceState(nint context, byte* destination, nuint size, int sequence);

    [LibraryImport(Llama, EntryPoint = "llama_state_seq_set_data"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint SetSequenceState(nint context, byte* source, nuint size, int sequence);

    [LibraryImport(Llama, EntryPoint = "llama_decode"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Decode(nint context, LlamaBatch batch);

    [LibraryImport(Llama, EntryPoint = "llama_get_logits_ith"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial float* Logits(nint context, int index);

    [LibraryImport(GgmlBase, EntryPoint = "ggml_backend_tensor_get"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void TensorGet(byte* tensor, void* data, nuint offset, nuint size);

    [LibraryImport(GgmlBase, EntryPoint = "ggml_get_type_traits"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial GgmlTypeTraits* TypeTraits(int type);
}
