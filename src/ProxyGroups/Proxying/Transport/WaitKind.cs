namespace ProxyGroups.Proxying.Transport;

/// <summary>What a slot's clock is measuring.</summary>
internal enum WaitKind
{
    None,

    /// <summary>The worker owes the response head.</summary>
    Request,

    /// <summary>The worker owes the next bytes of the response body.</summary>
    Silence,

    /// <summary>Nobody wants the rest of the response.</summary>
    Discard,
}
