namespace ProxyGroups.Configuration;

/// <summary>What is written at a configuration path.</summary>
internal enum NodeKind
{
    Missing,
    Null,
    Value,
    Section,
}
