// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {DisputeCourt} from "../../src/DisputeCourt.sol";
import {EscrowVault} from "../../src/EscrowVault.sol";
import {IOrderBook} from "../../src/IOrderBook.sol";
import {MeasurementRegistry} from "../../src/MeasurementRegistry.sol";
import {OfferBook} from "../../src/OfferBook.sol";
import {OrderBook} from "../../src/OrderBook.sol";
import {ProviderRegistry} from "../../src/ProviderRegistry.sol";
import {ReportLog} from "../../src/ReportLog.sol";
import {TokenRegistry} from "../../src/TokenRegistry.sol";
import {TestUsdt} from "../../src/development/TestUsdt.sol";
import {Keys} from "./Keys.sol";

/// @dev The whole system, deployed and wired by this contract, which is also its owner; another one is the guardian.
abstract contract World is Keys {
    uint256 internal constant AUTHORITY = 0xA11CE;
    bytes32 internal constant MANIFEST = keccak256("manifest");
    bytes32 internal constant MEASUREMENT = keccak256("measurement");
    address internal constant GUARDIAN = address(0x6A4D);
    uint128 internal constant STAKE_PER_LEASE = 50;
    uint64 internal constant COOLDOWN = 1 days;
    uint128 internal constant BOND = 20;
    uint64 internal constant DECIDE_WITHIN = 3 days;
    uint64 internal constant START = 1_700_000_000;

    TestUsdt internal token;
    TestUsdt internal stakeToken;
    TokenRegistry internal tokens;
    MeasurementRegistry internal measurements;
    EscrowVault internal vault;
    ProviderRegistry internal providers;
    OfferBook internal offers;
    ReportLog internal reports;
    DisputeCourt internal court;
    OrderBook internal book;
    bytes32 internal authorityKeyHash;

    function deploy() internal {
        VM.warp(START);
        token = new TestUsdt(address(this));
        stakeToken = new TestUsdt(address(this));
        tokens = new TokenRegistry(address(this), GUARDIAN, 0);
        measurements = new MeasurementRegistry(address(this), GUARDIAN, 0);
        vault = new EscrowVault();
        providers = new ProviderRegistry(vault, IERC20(address(stakeToken)), STAKE_PER_LEASE, COOLDOWN, measurements);
        offers = new OfferBook();
        reports = new ReportLog();
        court = new DisputeCourt(vault, address(token), BOND, DECIDE_WITHIN, address(this), GUARDIAN);
        book = new OrderBook(parts(), address(this), GUARDIAN);
        address[] memory movers = new address[](3);
        (movers[0], movers[1], movers[2]) = (address(book), address(providers), address(court));
        vault.setMovers(movers);
        providers.setOrderBook(address(book), address(court));
        offers.setOrderBook(address(book));
        reports.setOrderBook(address(book));
        court.setOrderBook(book, providers);
        tokens.propose(address(token), 1);
        measurements.propose(MEASUREMENT, MeasurementRegistry.Platform.Tdx, keccak256("release"), START + 3650 days);
        // Kept, since a call to the SHA-256 precompile between prank or expectRevert and the call they mean would take their place.
        authorityKeyHash = keyHashOf(AUTHORITY);
    }

    function parts() internal view returns (OrderBook.Parts memory) {
        return OrderBook.Parts({
            vault: vault,
            tokens: tokens,
            providers: providers,
            offers: offers,
            measurements: measurements,
            reports: reports,
            court: address(court)
        });
    }

    function fund(TestUsdt what, address account, uint256 amount) internal {
        what.mint(account, amount);
        VM.prank(account);
        what.approve(address(vault), type(uint256).max);
    }

    /// @dev A provider with stake, whose payout is another account, with a node that may get leases until it is a month older.
    function enroll(address provider, bytes32 nodeId, uint128 stake) internal {
        VM.prank(provider);
        providers.register(payoutOf(provider), keccak256("about"));
        if (stake != 0) {
            fund(stakeToken, provider, stake);
            VM.prank(provider);
            providers.stake(stake);
        }
        VM.prank(provider);
        providers.setNodeKey(nodeId, keccak256("node key"), MEASUREMENT, uint64(block.timestamp) + 30 days);
    }

    function offer(address owner, OfferBook.Kind kind, bytes32 contentHash, uint128 unitPrice, uint32 capacity) internal returns (uint64) {
        VM.prank(owner);
        return offers.createOffer(kind, contentHash, address(token), unitPrice, capacity);
    }

    function leaseSignature(uint64 orderId, uint8 slot, uint32 epoch, uint64 offerId, uint256 leaseKey)
        internal
        view
        returns (IOrderBook.KeySignature memory)
    {
        return sign(AUTHORITY, book.leaseDigest(orderId, slot, epoch, offerId, MEASUREMENT, keyHashOf(leaseKey)));
    }

    function payoutOf(address provider) internal pure returns (address) {
        return address(uint160(provider) + 0x10000000);
    }

    function noAssets() internal pure returns (IOrderBook.AssetUse[] memory) {
        return new IOrderBook.AssetUse[](0);
    }
}
