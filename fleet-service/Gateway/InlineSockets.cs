namespace EdgeFleet.Service.Gateway;

/// <summary>How the runtime hands over what sockets receive.</summary>
public static class InlineSockets
{
    /// <summary>
    /// Lets one thread wait for all sockets and handle what they receive at once, instead of handing every packet to
    /// another thread: for many small messages that is what most of the time would go into. It holds for the whole
    /// process, so it is for processes whose handlers of sockets never block; the runtime reads it when the first socket
    /// is made. What the environment says already stays.
    /// </summary>
    public static void Prefer()
    {
        Set("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS");
        Set("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT");
    }

    private static void Set(string name)
    {
        if (Environment.GetEnvironmentVariable(name) == null)
            Environment.SetEnvironmentVariable(name, "1");
    }
}
