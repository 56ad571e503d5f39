/// Made for these tests alone; good until 2120. The server's names are localhost, backend.test and 127.0.0.1.
enum TestCertificates {
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBXzCCAQWgAwIBAgIBATAKBggqhkjOPQQDAjAeMRwwGgYDVQQDDBNUZWFsIHRl
        c3QgYXV0aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAe
        MRwwGgYDVQQDDBNUZWFsIHRlc3QgYXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZI
        zj0DAQcDQgAEWgjwOTxSMzWSjQ99/8HAsvGlIzatW6eRl6aygTooSk4XU4g+JyVL
        VY6fGn5NwpyDcj3wjh8QJVuo6f8Z8rDh76MyMDAwDwYDVR0TAQH/BAUwAwEB/zAd
        BgNVHQ4EFgQUCCcux5FPfTsnLsdTEPfOfpzRx0cwCgYIKoZIzj0EAwIDSAAwRQIg
        Wb4B8W8pd/C8B9QDe3J4kt82ErZ3cAkg8QtHI12f0KUCIQCiJ+tBI8pYV2fLXKoB
        aubaI6Wszs8CRNU8S5jCmgiv8w==
        -----END CERTIFICATE-----
        """

    static let server = """
        -----BEGIN CERTIFICATE-----
        MIIBtDCCAVmgAwIBAgIBAjAKBggqhkjOPQQDAjAeMRwwGgYDVQQDDBNUZWFsIHRl
        c3QgYXV0aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAX
        MRUwEwYDVQQDDAxiYWNrZW5kLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
        AARLwWRh0X3opXWzNugfTQjZP5vy7gE9giMKDu25po2Ua5/P8Kcyk+r3ovMVLRLl
        de20/lYFMbcrNKXxi5BHozZRo4GMMIGJMCgGA1UdEQQhMB+CCWxvY2FsaG9zdIIM
        YmFja2VuZC50ZXN0hwR/AAABMB0GA1UdJQQWMBQGCCsGAQUFBwMBBggrBgEFBQcD
        AjAfBgNVHSMEGDAWgBQIJy7HkU99Oycux1MQ985+nNHHRzAdBgNVHQ4EFgQUBLpI
        OmR0JnWSdm6rI4jdOuJ7CWUwCgYIKoZIzj0EAwIDSQAwRgIhAP1n3SpJJeBgNd9f
        mDNwqjjNmT14Wsvb+5tN4VjcT6pQAiEApook+yoxC8MTEkKIt+eGQGuIUq6Kw+ZR
        89bz9fC7S94=
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxzwnBATVkwyqoecr
        c+IJFxN0zr/UrcWJdbQQB7QInSShRANCAARLwWRh0X3opXWzNugfTQjZP5vy7gE9
        giMKDu25po2Ua5/P8Kcyk+r3ovMVLRLlde20/lYFMbcrNKXxi5BHozZR
        -----END PRIVATE KEY-----
        """
}
